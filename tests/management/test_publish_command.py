"""``connector-kit publish`` as somebody types it."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.publisher.fixtures import ORDERS

pytestmark = pytest.mark.django_db


def test_it_says_what_was_created(platform, capsys):
    call_command("publish", ORDERS)

    said = capsys.readouterr().out
    assert "orders-to-slack 1.0.0 (new release" in said
    assert "stack record" in said
    assert "marketplace listing" in said


def test_json_is_the_only_thing_on_stdout(platform, capsys):
    call_command("publish", ORDERS, "--json")

    answer = json.loads(capsys.readouterr().out)
    assert answer["slug"] == "orders-to-slack"
    assert answer["new_release"] is True
    assert [change["action"] for change in answer["changes"]] == ["create", "create"]
    assert answer["connector_id"] == platform.call("GET", "/connectors")[0]["_id"]


def test_publishing_again_says_that_there_is_nothing_to_do(platform, capsys):
    call_command("publish", ORDERS)
    call_command("publish", ORDERS)

    assert "Nothing to do." in capsys.readouterr().out


def test_a_dry_run_says_that_nothing_was_changed(platform, capsys):
    call_command("publish", ORDERS, "--dry-run")

    assert "Dry run: nothing was changed." in capsys.readouterr().out
    assert platform.call("GET", "/connectors") == []


def test_the_system_token_is_shown_only_when_asked_for(platform, settings, capsys):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "system_tokens": ()}
    call_command("publish", ORDERS)
    stack_id = platform.call("GET", "/stacks")[0]["_id"]
    token = platform.call("GET", f"/stacks/{stack_id}/systemToken")["systemToken"]
    assert token not in capsys.readouterr().out

    call_command("publish", ORDERS, "--show-system-token")

    assert f"CONNECTOR_KIT_SYSTEM_TOKEN={token}" in capsys.readouterr().out


def test_every_problem_of_a_declaration_is_in_the_error(platform):
    with pytest.raises(CommandError) as caught:
        call_command("publish", "tests.publisher.declared:Unsound")

    assert caught.value.returncode == 1
    assert "Unsound.lonely" in str(caught.value)
    assert "version" in str(caught.value)
    assert platform.call("GET", "/stacks") == []


@pytest.mark.parametrize(
    ("connector", "words"),
    [
        pytest.param(None, "CONNECTOR_KIT_CONNECTORS", id="no connector is named or configured"),
        pytest.param("no.such.module:Thing", "no.such.module", id="the module does not exist"),
        pytest.param(f"{ORDERS}s", "OrdersToSlacks", id="the class does not exist"),
    ],
)
def test_an_unclear_connector_is_an_error_that_says_so(platform, connector, words):
    with pytest.raises(CommandError, match=words):
        call_command("publish", *filter(None, [connector]))


def test_a_refused_token_is_one_paragraph_without_the_token(platform, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": "wr0ng-t0ken"}

    with pytest.raises(CommandError) as caught:
        call_command("publish", ORDERS)

    assert "401" in str(caught.value)
    assert "wr0ng-t0ken" not in str(caught.value)


@pytest.mark.parametrize("command", ["publish", "installbase", "plan"])
def test_help_shows_examples_and_exit_codes(command, capsys):
    with pytest.raises(SystemExit):
        call_command(command, "--help")

    said = capsys.readouterr().out
    assert f"connector-kit {command}" in said
    assert "exit codes:" in said


@pytest.mark.parametrize(("typed", "published"), [("y\n", True), ("\n", False), ("n\n", False)])
def test_on_a_terminal_the_plan_is_shown_and_somebody_asked(
    platform, at_a_terminal, typed, published
):
    shown = at_a_terminal(typed)

    if published:
        call_command("publish", ORDERS, stdout=shown)
    else:
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("publish", ORDERS, stdout=shown)

    assert "description" in shown.getvalue().partition("[y/N]")[0]
    assert bool(platform.call("GET", "/connectors")) is published


@pytest.mark.parametrize("option", ["--yes", "--json", "--dry-run"])
def test_nobody_is_asked_who_said_what_to_do(platform, at_a_terminal, option):
    shown = at_a_terminal("")

    call_command("publish", ORDERS, option, stdout=shown)

    assert "[y/N]" not in shown.getvalue()


def test_without_a_token_it_says_how_to_get_one(platform, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}

    with pytest.raises(CommandError, match="CONNECTOR_KIT_TOKEN"):
        call_command("publish", ORDERS)
