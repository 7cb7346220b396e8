"""Which release new customers get: the first one, until somebody moves it or a rollout does."""

import json

import pytest
from django.core.management import CommandError, call_command

from connector_kit.models import Connector, Installation, Release, StaffAction
from connector_kit.publisher import publish
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.errors import NotPublished, PublicationRefused
from connector_kit.publisher.live import standings
from connector_kit.publisher.releases import set_default
from tests.management.conftest import at_a_terminal
from tests.publisher.declared import OrdersToSlack
from tests.publisher.fixtures import ORDERS

__all__ = ["at_a_terminal"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(orders, monkeypatch):
    """1.0.0, which two customers have, and 1.1.0, which is published."""
    for number in range(2):
        Installation.objects.create(
            connector=orders, integration_id=f"{number:024x}", version="1.0.0"
        )
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")
    publish(ORDERS)
    return orders


def default() -> str:
    return Release.objects.default(Connector.objects.get()).version


def test_the_first_version_is_what_new_customers_get_and_later_ones_are_not(both):
    assert default() == "1.0.0"


def test_publishing_says_who_gets_what(orders, monkeypatch):
    assert publish(ORDERS).notes == ()
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")

    [note] = publish(ORDERS, dry_run=True).notes

    assert "New customers get 1.0.0 until a rollout to the whole install base completes" in note
    assert "connector-kit release default 1.1.0" in note


def test_releases_stand_with_their_installations_the_newest_first(both):
    told = [standing.to_json() for standing in standings(both)]

    assert [(document["version"], document["installations"]) for document in told] == [
        ("1.1.0", 0),
        ("1.0.0", 2),
    ]
    assert [(document["default"], document["live"]) for document in told] == [
        (False, False),
        (True, True),
    ]


def test_moving_the_default_is_recorded_with_who_did_it(both):
    set_default(both, "1.1.0", by=Actor("alice"))
    set_default(both, "1.1.0", by=Actor("alice"))

    assert default() == "1.1.0"
    action = StaffAction.objects.get(action="release.default")
    assert (action.actor_name, action.subject) == ("alice", "connector/orders-to-slack")
    assert (action.before, action.after) == ({"version": "1.0.0"}, {"version": "1.1.0"})


def test_a_version_that_was_not_published_is_named_with_those_that_were(both):
    with pytest.raises(NotPublished, match=r"no release 9\.9\.9 .*1\.0\.0"):
        set_default(both, "9.9.9")


def test_a_release_whose_functions_the_server_lacks_does_not_become_the_default(platform):
    connector = Connector.objects.get(slug=publish("tests.publisher.hooked_1_0:Hooked").slug)
    publish("tests.publisher.hooked_1_1:Hooked", break_installations=True)
    set_default(connector, "1.1.0")
    connector.refresh_from_db()

    with pytest.raises(PublicationRefused, match="old_hook"):
        set_default(connector, "1.0.0")
    assert default() == "1.1.0"


def test_the_command_lists_them(both, capsys):
    call_command("release")
    said = capsys.readouterr().out
    assert "not installed" in said
    assert "default" in said

    call_command("release", "list", "orders-to-slack", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["connector"], len(told["releases"])) == ("orders-to-slack", 2)


def test_the_command_says_what_moves_and_asks(both, at_a_terminal):
    shown = at_a_terminal("n\n")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("release", "default", "1.1.0")
    assert (
        "New installations of orders-to-slack will get 1.1.0 instead of 1.0.0" in shown.getvalue()
    )
    assert default() == "1.0.0"

    call_command("release", "default", "1.1.0", "--yes", "--json")
    assert default() == "1.1.0"


@pytest.fixture
def hooked(platform):
    """1.0.0, and 1.1.0 without one of its functions."""
    connector = Connector.objects.get(slug=publish("tests.publisher.hooked_1_0:Hooked").slug)
    publish("tests.publisher.hooked_1_1:Hooked", break_installations=True)
    return connector


def told(capsys, *words):
    call_command("release", *words, "--json")
    return json.loads(capsys.readouterr().out)


def test_pages_of_releases_follow_each_other(hooked, capsys):
    first = told(capsys, "list", "--limit", "1")
    second = told(capsys, "list", "--limit", "1", "--after", first["next_after"])

    versions = [page["releases"][0]["version"] for page in (first, second)]
    assert versions == ["1.1.0", "1.0.0"]
    assert second["next_after"] is None


def test_a_release_shows_its_components_and_functions(hooked, capsys):
    release = told(capsys, "show", "1.0.0")

    assert (release["version"], release["default"]) == ("1.0.0", True)
    assert {"type": "hook", "name": "old_hook"} in release["functions"]
    assert {"exports", "imports"} & {item["resource"] for item in release["components"]}


def test_the_difference_names_components_fields_and_functions(hooked, capsys):
    difference = told(capsys, "diff", "1.0.0", "1.1.0")
    call_command("release", "diff", "1.0.0")
    words = capsys.readouterr().out

    assert (difference["from"], difference["to"]) == ("1.0.0", "1.1.0")
    assert {"type": "hook", "name": "old_hook"} in difference["functions"]["removed"]
    changed = [step for step in difference["steps"] if step["action"] == "update"]
    assert all(step["changes"] for step in changed)
    assert "1.0.0 → 1.1.0" in words
    assert "- hook 'old_hook'" in words


def test_a_release_is_the_same_as_itself(hooked, capsys):
    difference = told(capsys, "diff", "1.0.0", "1.0.0")

    assert difference["steps"] == []
    assert difference["functions"] == {"added": [], "removed": []}
