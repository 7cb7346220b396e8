"""What is anybody's own is stored nowhere; what is everybody's may be."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role
from connector_kit.publisher.staff import set_role
from tests.server.addresses import ADDRESSES

PUBLIC = {"/api/schema/", "/api/docs/"}


@pytest.mark.django_db
def test_no_address_gives_an_answer_that_may_be_stored():
    set_role("alice", Role.ADMIN, by=THE_KIT)
    admin = Client(raise_request_exception=False)
    admin.force_login(get_user_model().objects.get(username="alice"))

    storable = {
        address.route
        for address in ADDRESSES
        if "no-store" not in admin.get(address.path).headers.get("Cache-Control", "")
    }

    assert storable == PUBLIC


def test_the_apis_description_may_be_stored(client):
    for path in PUBLIC:
        assert client.get(path).headers["Cache-Control"] in (
            "public, max-age=300",
            "max-age=300, public",
        )


@pytest.mark.django_db
def test_an_unknown_address_and_a_failure_are_not_stored_either(client):
    assert "no-store" in client.get("/settings/nothing/").headers["Cache-Control"]
    assert "no-store" in client.get("/api/v1/nothing/").headers["Cache-Control"]


@pytest.mark.django_db
def test_static_files_may_be_stored(client):
    answer = client.get("/static/settings_ui/style.css")
    answer.close()

    assert (answer.status_code, "no-store" in answer.headers["Cache-Control"]) == (200, False)
