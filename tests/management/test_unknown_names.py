"""What somebody names and is not found is named, with the reason, and nothing is done."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from connector_kit.models import Connector, Installation
from connector_kit.publisher import licenses, publish
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.licenses.search import license_json

pytestmark = pytest.mark.django_db

KNOWN, TYPO, GONE, ANOTHERS = (letter * 24 for letter in "abcd")


@pytest.fixture
def base(orders):
    other = Connector.objects.create(slug="refunds", name="Refunds", connector_id="e" * 24)
    for integration_id, fields in {
        KNOWN: {"connector": orders, "version": "1.0.0"},
        GONE: {"connector": orders, "vanished_at": timezone.now()},
        ANOTHERS: {"connector": other},
    }.items():
        Installation.objects.create(integration_id=integration_id, **fields)


def refused(*words):
    with pytest.raises(CommandError) as raised:
        call_command(*words)
    return str(raised.value)


def test_a_plan_names_every_installation_that_is_not_there_and_plans_none(base, capsys):
    said = refused("plan", "orders-to-slack", "--installation", KNOWN, TYPO, GONE, ANOTHERS)

    assert f"orders-to-slack has no installation {TYPO}, {GONE}, {ANOTHERS}" in said
    assert f"{TYPO} is not recorded" in said
    assert f"{GONE} has been gone" in said
    assert f"{ANOTHERS} is an installation of refunds" in said
    assert KNOWN not in capsys.readouterr().out


def test_a_settings_link_to_what_is_gone_says_so(base):
    assert f"{GONE} has been gone" in refused("settings_link", GONE)
    assert f"{TYPO} is not recorded" in refused("settings_link", TYPO)


@pytest.mark.parametrize(
    "words",
    [
        ("installbase", "list", "orders-to-slak"),
        ("installbase", "sync", "orders-to-slak"),
        ("plan", "orders-to-slak", "--all"),
        ("license", "list", "orders-to-slak"),
    ],
)
def test_a_connector_with_a_typing_mistake_is_named_with_those_that_there_are(base, words):
    said = refused(*words)

    assert "'orders-to-slak' is not a published connector" in said
    assert "Did you mean 'orders-to-slack'?" in said


def test_a_sync_without_a_name_brings_all_connectors_up_to_date(orders, capsys):
    publish("tests.publisher.hooked_1_0:Hooked")

    call_command("installbase", "sync")
    said = capsys.readouterr().out
    assert "hooked: 0 seen" in said
    assert "orders-to-slack: 0 seen" in said

    call_command("installbase", "sync", "--json")
    told = json.loads(capsys.readouterr().out)["connectors"]
    assert [document["connector"] for document in told] == ["hooked", "orders-to-slack"]


def test_a_connector_that_cannot_be_read_does_not_keep_the_others_from_it(orders, capsys):
    Connector.objects.create(slug="refunds", name="Refunds", connector_id="e" * 24)

    said = refused("installbase", "sync")

    assert said.startswith("refunds: ")
    assert "orders-to-slack: 0 seen" in capsys.readouterr().out


def test_the_edition_in_force_is_what_the_platform_has_whatever_is_wanted(orders, platform):
    wanted = licenses.LicenseRequest(email="nobody@example.com", edition="premium")
    waiting = licenses.trial(orders, wanted, days=14, by=Actor("alice"))

    assert waiting.edition == "premium"
    assert license_json(waiting)["edition_in_force"] == ""
