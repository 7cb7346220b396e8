"""One odd entry of the install base stops no other, and is named."""

import json

import pytest
from django.core.management import call_command

from connector_kit.models import Installation
from connector_kit.publisher import sync_install_base
from connector_kit.publisher.reported import reported

pytestmark = pytest.mark.django_db

ID = "a" * 24


@pytest.fixture
def listed(orders, platform, monkeypatch):
    """Have the platform list what is given, beside an installation that is sound."""
    platform.install(orders)
    [sound] = platform.call("GET", f"/connectors/{orders.connector_id}/installBase")

    def listed(*entries):
        monkeypatch.setattr(
            "connector_kit.integrator.resources.connectors.Connectors.install_base",
            lambda *_: iter([*entries, sound]),
        )

    return listed


@pytest.mark.parametrize(
    ("entry", "shown", "problem"),
    [
        ({"name": "n" * 400}, {"name": "n" * 299 + "…"}, "name has 400 characters, and was cut"),
        ({"name": "a\x00b"}, {"name": "a␀b"}, "name contains the NUL character"),
        ({"tag": "x\ud83d"}, {"tag": "x�"}, "tag contains half a character"),
        ({"version": "1" * 65}, {"version": "1" * 63 + "…"}, "version has 65 characters"),
        ({"email": 7}, {"email": "7"}, "email is no text: 7"),
        ({"name": {"a": 1}}, {"name": "{'a': 1}"}, "name is no text"),
        ({"updateInProgress": "no"}, {"update_in_progress": False}, "neither true nor false"),
        ({"sandbox": 10**5000}, {"sandbox": False}, "neither true nor false"),
    ],
)
def test_what_is_odd_about_an_installation_is_recorded_otherwise_and_named(
    orders, listed, entry, shown, problem
):
    listed({"_integrationId": ID, **entry})

    result = sync_install_base(orders)

    assert (result.seen, result.unusable) == (2, 0)
    [oddity] = result.oddities
    assert oddity.installation == ID
    assert problem in str(oddity)
    row = Installation.objects.get(integration_id=ID)
    assert {name: getattr(row, name) for name in shown} == shown
    assert sync_install_base(orders).changed == 0


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"name": "Shop"}, "_integrationId is missing: {'name': 'Shop'}"),
        ({"_integrationId": ""}, "_integrationId is missing"),
        ({"_integrationId": 7}, "_integrationId is no text"),
        ({"_integrationId": "b" * 25}, "_integrationId is no id"),
        ({"_integrationId": "b\x00"}, "_integrationId is no id"),
        (None, "entry is no object: None"),
        ("Shop", "entry is no object: 'Shop'"),
        ([], "entry is no object: []"),
    ],
)
def test_what_names_no_installation_is_passed_over_and_named(orders, listed, entry, problem):
    listed(entry)

    result = sync_install_base(orders)

    assert (result.seen, result.unusable) == (1, 1)
    assert problem in str(result.oddities[0])


def test_the_command_names_what_is_odd(orders, listed, capsys):
    listed({"_integrationId": ID, "name": "n" * 400}, None)

    call_command("installbase", "sync")
    said = capsys.readouterr().out
    call_command("installbase", "sync", "--json")
    told = json.loads(capsys.readouterr().out)

    assert "2 seen" in said
    assert "1 unusable" in said
    assert f"{ID}: name has 400 characters, and was cut to 300." in said
    assert "An entry: entry is no object: None." in said
    assert [oddity["field"] for oddity in told["oddities"]] == ["name", "entry"]


def test_the_records_are_as_long_as_they_say():
    columns = {"name": "name", "email": "email", "version": "version", "tag": "tag"}
    entry = {"_integrationId": ID, **dict.fromkeys(columns, "x" * 500)}

    for name, column in columns.items():
        longest = Installation._meta.get_field(column).max_length
        assert len(reported(entry).values[name]) == longest
