"""Whatever an address says that cannot be used, a page comes, on every database."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connector_kit.models import Connector
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role
from connector_kit.publisher.staff import set_role
from tests.rollouts.databases import KINDS, serving

ODD = {
    "NUL": "a%00b",
    "half a character": "x%ED%A0%BD",
    "no text": "%FF%FE",
    "a number of 5,000 digits": "9" * 5000,
    "a long text": "x" * 60_000,
    "a day beyond all": "9999-12-31",
}
QUERIES = {
    "console:installations": ("words", "connector", "version", "edition", "after", "before"),
    "console:licenses": ("email", "connector", "ends", "before"),
    "console:license-calendar": ("month", "connector"),
    "console:rollouts": ("connector", "before"),
    "console:audit": ("who", "subject", "before"),
}


@pytest.fixture(scope="module", params=KINDS)
def staff(request, tmp_path_factory, django_db_setup, django_db_blocker):
    """An administrator's browser, over a database of production."""
    kind = KINDS[request.param]
    with (
        django_db_blocker.unblock(),
        kind(tmp_path_factory.mktemp(request.param)) as configured,
        serving(configured),
    ):
        set_role("ada", Role.ADMIN, by=THE_KIT)
        Connector.objects.create(slug="orders", name="Orders", class_path="x:Orders")
        client = Client(raise_request_exception=False)
        client.force_login(
            User.objects.get(username="ada"), "django.contrib.auth.backends.ModelBackend"
        )
        yield client


@pytest.mark.parametrize("value", ODD)
def test_a_query_that_cannot_be_used_breaks_no_page(staff, value):
    for page, names in QUERIES.items():
        for name in names:
            answer = staff.get(reverse(page), QUERY_STRING=f"{name}={ODD[value]}")

            assert answer.status_code < 500, (page, name)


@pytest.mark.parametrize("value", ODD)
def test_a_log_in_that_cannot_be_used_is_only_refused(staff, value):
    stranger = Client(raise_request_exception=False)

    answer = stranger.post(
        reverse("console:log-in"),
        f"username={ODD[value]}&password={ODD[value]}",
        content_type="application/x-www-form-urlencoded",
        QUERY_STRING=f"next=/{ODD[value]}",
    )

    assert answer.status_code < 500
