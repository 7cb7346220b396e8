"""Whatever settings pages and wizard are sent, a page comes, or JSON where a script asks."""

import json

import pytest
from django.test import Client

from tests.settings_pages.records import DOCUMENT, installation_with

FORMS = {
    "10,000 fields": "&".join(f"a{n}=1" for n in range(10_000)),
    "no text": "%FF=%FF&currency=%FF%FE",
    "NUL": "%00=%00&currency=a%00b",
    "half a character": "currency=%ED%A0%BD",
    "a long text": "currency=" + "x" * 100_000,
    "a number without end": "currency=" + "9" * 5000,
    "a day beyond all": "currency=9999-12-31&_store=0001-01-01",
    "fields of the form's own": "_more=%00&_refresh=%00&_store=%00&_sent=%FF&__class__=x",
    "one field a thousand times": "&".join(["currency=1"] * 999),
    "no form": '{"a": [',
}
KINDS = {
    "a form": "application/x-www-form-urlencoded",
    "parts": "multipart/form-data; boundary=x",
    "parts without bounds": "multipart/form-data",
    "JSON": "application/json",
    "nonsense": "\x00;;=/",
}
ODD_IDS = ("%00", "%FF", "9" * 30, "x" * 5000, "..%2f", "%ED%A0%BD")


@pytest.fixture
def browser(db, staff):
    client = staff()
    client.raise_request_exception = False
    return client


@pytest.fixture
def here(db, settings):
    settings.ROOT_URLCONF = "connector_kit.server.urls"
    return f"/settings/{installation_with(DOCUMENT).integration_id}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_script_gets_json(browser, here, kind):
    for form in FORMS.values():
        answer = browser.generic("POST", f"{here}/state/", form, content_type=KINDS[kind])

        assert answer.status_code in (200, 400, 413), form[:50]
        assert answer["Content-Type"] == "application/json"
        if answer.status_code != 200:
            [error] = json.loads(answer.content)["errors"]
            assert error["message"]


@pytest.mark.parametrize("form", FORMS)
def test_a_page_comes(browser, here, form):
    for place in ("none/orders/", "connected/"):
        address = f"{here}/{place}"

        answer = browser.generic("POST", address, FORMS[form], content_type=KINDS["a form"])

        assert answer.status_code < 500, place


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_odd_address_leads_nowhere(browser, here, odd):
    addresses = [
        *(f"/settings/{odd}/{place}" for place in ("", "state/", "alive/", "connected/", "a/b/")),
        *(f"{here}/{place}" for place in (f"changes/{odd}/", f"{odd}/orders/", f"none/{odd}/")),
        *(f"{here}/?change={odd}", f"/settings/open/?link={odd}"),
        *(f"/console/preview/{odd}/", f"/console/preview/x/{odd}/run/"),
    ]
    for address in addresses:
        for method in ("GET", "POST"):
            assert browser.generic(method, address).status_code < 500, (method, address[:99])


@pytest.mark.parametrize("act", ["", "a/", "a/connect/", "a/run/", "a/end/"])
def test_the_wizard_answers(browser, here, act):
    address = f"/console/preview/shop-to-chat/{act}"

    for form in FORMS.values():
        answer = browser.generic("POST", address, form, content_type=KINDS["a form"])

        assert answer.status_code < 500 or "preview" in answer.content.decode(), form[:50]


def test_a_stranger_gets_no_further(here):
    client = Client(raise_request_exception=False)

    for form in FORMS.values():
        answer = client.generic("POST", f"{here}/state/", form, content_type=KINDS["a form"])

        assert answer.status_code in (400, 403, 404)
