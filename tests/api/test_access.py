"""By what the API knows who asks; what opens to whom is tried in server/test_authorization.py."""

import pytest
import requests
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role, Scope
from connector_kit.publisher.staff import set_role
from tests.api.fixtures import token_of


def status(client, method, path, **headers):
    call = getattr(client, method.lower())
    return call(f"/api/{path}", content_type="application/json", **headers).status_code


@pytest.fixture
def client(db):
    cache.clear()
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def test_a_write_by_session_needs_the_csrf_token(client):
    set_role("alice", Role.ADMIN, by=THE_KIT)
    client.force_login(get_user_model().objects.get(username="alice"))

    answer = client.post("/api/v1/rollouts/1/pause/")

    assert answer.status_code == 403
    assert "CSRF" in answer.json()["errors"][0]["message"]


def test_a_user_who_is_no_staff_may_nothing(client):
    client.force_login(get_user_model().objects.create_user("plain"))

    assert status(client, "GET", "v1/connectors/") == 403


def test_a_token_that_its_owner_outgrew_still_opens_no_more_than_it_says(client):
    token = token_of("alice", Role.VIEWER, {Scope.ROLLOUTS_READ})
    set_role("alice", Role.ADMIN, by=THE_KIT)
    headers = {"Authorization": f"Bearer {token}"}

    assert status(client, "GET", "v1/rollouts/", headers=headers) == 200
    assert status(client, "GET", "v1/installations/", headers=headers) == 403


def test_a_refusal_names_the_scope_that_is_lacking(as_role):
    answer = as_role(Role.VIEWER).ask("POST", "rollouts/1/pause/")

    [error] = answer.json()["errors"]
    assert error["code"] == "permission_denied"
    assert "rollouts:write" in error["message"]


def test_a_stranger_is_told_how_to_say_who_they_are(client_of):
    answer = client_of(None).ask("GET", "connectors/")

    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["errors"][0]["code"] == "not_authenticated"


def test_the_description_is_open_to_everybody(live_server):
    for path in ("/api/schema/", "/api/docs/"):
        assert requests.get(live_server.url + path, timeout=30).status_code == 200
