"""What a customer sends is bounded: in size, and in how often it brings an update."""

import json

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from connector_kit import Connector, File, Section, TextArea
from connector_kit.blueprint import compile_connector
from connector_kit.installation_settings import save_settings
from connector_kit.models import Release, SettingsChange, StaffAction
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role
from connector_kit.publisher.settings_links import make_link
from tests.api.fixtures import token_of
from tests.settings_pages.records import installation_with
from tests.settings_pages.test_links import path_of
from tests.settings_pages.test_saving import typed_into

pytestmark = pytest.mark.django_db

PRICES = {"name": "prices", "label": "Prices", "type": "uploadfile"}
NOTE = {"name": "note", "label": "Note", "type": "textarea"}
FIELDS = {"sections": [{"title": "Orders", "fields": [PRICES, NOTE]}]}
MEBIBYTE = 1024 * 1024


class Notes(Connector):
    name = "Shop to chat"
    version = "1.0.0"
    applications = ("shopify",)

    class Settings:
        orders = Section("Orders")
        prices = File("Prices")
        note = TextArea("Note")


@pytest.fixture
def customer(client, settings):
    """A customer's browser with the settings open, with two saves and two refreshes an hour."""
    cache.clear()
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "save_rate": "2/hour",
        "refresh_rate": "2/hour",
        "file_mb": 1,
        "save_mb": 2,
    }
    client.installation = installation_with(FIELDS)
    blueprint = compile_connector(Notes)
    client.installation.note(
        release=Release.objects.record(client.installation.connector, blueprint)
    )
    client.here = f"/settings/{client.installation.integration_id}/-/Orders/"
    client.get(path_of(make_link(client.installation, by=THE_KIT)))
    return client


def save(customer, **typed):
    form = typed_into(customer.get(customer.here).content.decode())
    named = {f"f-{name}": value for name, value in typed.items()}
    return customer.post(customer.here, {**dict(form.lists()), **named})


def prices(size, name="prices.csv"):
    return SimpleUploadedFile(name, b"x" * size, "text/csv")


def test_many_saves_push_few_updates_and_lose_nothing_that_was_typed(customer):
    told = [save(customer, note=f"number {number}") for number in range(5)]

    assert [item.status_code for item in told] == [302, 302, 429, 429, 429]
    assert SettingsChange.objects.count() == 2
    refused = told[-1]
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert "Too many saves" in refused.content.decode()
    assert "number 4" in refused.content.decode()


def test_each_link_and_each_member_of_the_staff_is_counted_for_itself(customer, staff):
    for number in range(3):
        save(customer, note=f"number {number}")

    customer.get(path_of(make_link(customer.installation, by=THE_KIT)))
    again = save(customer, note="by another link")
    staff(Role.OPERATOR)

    assert again.status_code == 302
    assert [save(customer, note=f"staff {n}").status_code for n in range(3)] == [302, 302, 429]


def test_looking_again_whether_somebody_is_connected_counts_as_saving(customer):
    address = f"/settings/{customer.installation.integration_id}/connected/"
    told = [customer.post(address) for _ in range(3)]

    assert [item.status_code for item in told] == [302, 302, 429]
    assert int(told[-1].headers["Retry-After"]) > 0


def test_options_are_refreshed_so_often_and_what_was_typed_stays(customer):
    form = dict(typed_into(customer.get(customer.here).content.decode()).lists())
    form |= {"f-note": "typed", "_refresh": "f-note"}

    told = [customer.post(customer.here, form) for _ in range(3)]

    assert [item.status_code for item in told] == [200, 200, 429]
    assert int(told[-1].headers["Retry-After"]) > 0
    assert "typed" in told[-1].content.decode()
    assert save(customer, note="a save is no refresh").status_code == 302


def test_a_file_that_is_too_large_is_refused_beside_its_field(customer):
    refused = save(customer, prices=prices(MEBIBYTE + 1))

    assert refused.status_code == 422
    assert "prices.csv is 1.1 MB; the limit is 1 MB" in refused.content.decode()
    assert SettingsChange.objects.count() == 0


def test_a_file_that_fits_is_kept_once(customer):
    assert save(customer, prices=prices(MEBIBYTE)).status_code == 302

    assert SettingsChange.objects.get().values["prices"]["content"] == "x" * MEBIBYTE
    recorded = StaffAction.objects.get(action="settings.save")
    assert recorded.after["values"]["prices"]["name"] == "prices.csv"
    assert len(json.dumps(recorded.after)) < 5_000


def test_what_is_saved_at_once_is_bounded_by_whichever_door(customer):
    large = {"note": "é" * MEBIBYTE + "x"}

    by_service = save_settings(customer.installation, large, by=THE_KIT)
    headers = {"Authorization": f"Bearer {token_of('api', Role.OPERATOR)}"}
    by_rest = customer.patch(
        f"/api/v1/installations/{customer.installation.integration_id}/settings/",
        json.dumps({"values": large}, ensure_ascii=False),
        content_type="application/json",
        headers=headers,
    )
    by_page = save(customer, **large)

    [message] = by_service.errors[""]
    assert message == "These settings are 2.1 MB; the limit is 2 MB."
    assert (by_rest.status_code, by_rest.json()["errors"][0]["field"]) == (422, "values")
    assert message in by_page.content.decode()
    assert SettingsChange.objects.count() == 0


def test_a_body_that_is_too_large_is_said_to_be_so_in_words_and_in_json(customer, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    path = f"/api/v1/installations/{customer.installation.integration_id}/settings/"
    headers = {"Authorization": f"Bearer {token_of('api', Role.OPERATOR)}"}

    by_page = customer.post(customer.here, {"f-note": "x" * 20_000})
    by_rest = customer.patch(
        path, {"values": {"note": "x" * 20_000}}, content_type="application/json", headers=headers
    )

    assert (by_page.status_code, by_rest.status_code) == (413, 413)
    assert "Request too large" in by_page.content.decode()
    assert by_rest.json()["errors"][0]["code"] == "body_too_large"
