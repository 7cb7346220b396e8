"""``connector-kit installbase`` as somebody types it."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from connector_kit.models import Installation

pytestmark = pytest.mark.django_db


@pytest.fixture
def installed(orders):
    """Three installations, recorded."""
    for index in range(3):
        Installation.objects.create(
            connector=orders,
            integration_id=f"{index:024x}",
            name=f"Shop [{index}]",
            email=f"customer-{index}@example.com",
            version="1.0.0",
        )
    return orders


def test_sync_reports_what_it_found(orders, platform, capsys):
    platform.install(orders)

    call_command("installbase", "sync", "orders-to-slack")

    assert "orders-to-slack: 1 seen, 1 added" in capsys.readouterr().out


def test_sync_keeps_progress_off_the_json(orders, platform, capsys):
    platform.install(orders)

    call_command("installbase", "sync", "--json")

    said = capsys.readouterr()
    assert json.loads(said.out)["added"] == 1
    assert "installations read" in said.err


def test_list_shows_names_as_they_are(installed, capsys):
    call_command("installbase", "list")

    said = capsys.readouterr().out
    assert "Shop [1]" in said
    assert "3 installations. 1.0.0: 3" in said


def test_list_says_where_the_next_page_begins(installed, capsys):
    call_command("installbase", "list", "--limit", "2")
    assert f"--after {1:024x}" in capsys.readouterr().out

    call_command("installbase", "list", "--limit", "2", "--after", f"{1:024x}", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert [installation["integration_id"] for installation in answer["installations"]] == [
        f"{2:024x}"
    ]
    assert (answer["total"], answer["next_after"]) == (3, None)


def test_list_can_be_narrowed_to_a_version(installed, capsys):
    call_command("installbase", "list", "--release", "9.9.9", "--json")

    assert json.loads(capsys.readouterr().out)["total"] == 0


def test_an_unpublished_connector_is_an_error_that_names_the_way_out(db, platform):
    with pytest.raises(CommandError, match=r"connector-kit publish"):
        call_command("installbase", "list", "tests.publisher.declared:OrdersToSlack")


@pytest.mark.parametrize("words", [["list", "--limit", "0"], []])
def test_wrong_arguments_are_refused(orders, words):
    with pytest.raises(CommandError):
        call_command("installbase", *words)


def test_without_a_token_it_says_what_to_set(orders, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}

    with pytest.raises(CommandError, match="CONNECTOR_KIT_TOKEN is not set"):
        call_command("installbase", "sync", "orders-to-slack")


def test_sync_stops_when_the_platform_lists_nobody_and_goes_on_when_told_to(
    installed, platform, capsys
):
    with pytest.raises(CommandError, match="None was marked as vanished"):
        call_command("installbase", "sync", "orders-to-slack")
    assert installed.installations.active().count() == 3

    call_command("installbase", "sync", "orders-to-slack", "--accept-vanished")
    assert "3 vanished" in capsys.readouterr().out
