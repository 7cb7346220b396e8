"""``connector-kit plan`` as somebody types it."""

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from rich.console import Console

from connector_kit import Flow
from connector_kit.management.plans import render_plan, total
from connector_kit.models import Installation
from connector_kit.publisher import InstallationPlan, publish
from tests.publisher.declared import OrdersToSlack
from tests.publisher.fixtures import ORDERS, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(orders, monkeypatch):
    """An installation at 1.0.0, and a release 1.1.0 that renames a flow."""
    installation = recorded(orders, orders.releases.get())
    renamed = Flow(
        "Every order", source=OrdersToSlack.new_orders, steps=[OrdersToSlack.post_message]
    )
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")
    monkeypatch.setattr(OrdersToSlack, "orders_to_slack", renamed)
    publish(ORDERS)
    return installation


def test_offline_it_shows_each_field_before_and_after_and_says_what_it_cannot_know(waiting, capsys):
    call_command("plan", "--all", "--offline")

    said = capsys.readouterr().out
    assert "1.0.0 → 1.1.0" in said
    assert "~ flows/orders_to_slack" in said
    assert "name: 'Orders to Slack' → 'Every order'" in said
    assert "edits since the last update are not shown" in said


def test_json_is_the_only_thing_on_stdout(waiting, capsys):
    call_command("plan", "--installation", waiting.integration_id, "--offline", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert (answer["release"], answer["source"]) == ("1.1.0", "records")
    assert answer["summary"]["update"] == 1
    assert answer["installations"][0]["plan"]["summary"]["update"] == 1


def test_a_release_can_be_named(waiting, capsys):
    call_command("plan", "--all", "--offline", "--release", "1.0.0", "--json")

    assert json.loads(capsys.readouterr().out)["summary"]["update"] == 0


def test_an_unknown_release_is_an_error_that_names_the_known_ones(waiting):
    with pytest.raises(CommandError, match=r"1\.0\.0, 1\.1\.0"):
        call_command("plan", "--all", "--offline", "--release", "7.0.0")


def test_one_says_which_installations_are_meant(orders):
    with pytest.raises(CommandError):
        call_command("plan", "--offline")


def test_an_installation_that_nobody_answers_for_is_exit_code_1(orders, platform, settings, capsys):
    nowhere = {"push_timeout_seconds": 0.1, "host_uri": "http://127.0.0.1:9"}
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, **nowhere}
    integration_id = platform.install(orders)
    Installation.objects.get_or_create(connector=orders, integration_id=integration_id)

    with pytest.raises(SystemExit) as caught:
        call_command("plan", "--all")

    assert caught.value.code == 1
    printed = capsys.readouterr()
    assert "hostURI" in printed.out
    assert "cannot be reached from here" in printed.err
    assert "Start the server" in printed.err


STEPS = [
    {"action": "create", "externalId": "a", "resource": "exports"},
    {
        "action": "update",
        "externalId": "b",
        "resource": "flows",
        "changes": [
            {"path": "schedule", "before": "? 0 * * * *", "after": None, "settled": "customer"}
        ],
    },
    {"action": "unchanged", "externalId": "c", "resource": "scripts", "kept": []},
    {
        "action": "conflict",
        "externalId": "d",
        "resource": "imports",
        "code": "component_deleted",
        "message": "It was deleted.",
        "hint": "Say --recreate-deleted.",
    },
]
SUMMARY = {"create": 1, "update": 1, "delete": 0, "unchanged": 1, "conflict": 1}
BLOCKED = InstallationPlan(
    Installation(integration_id="a" * 24, name="Shop [1]", version="1.0.0"),
    "1.1.0",
    "planned",
    {"summary": SUMMARY, "steps": STEPS},
)


def test_a_plan_reads_as_a_list_of_steps_with_their_reasons():
    written = io.StringIO()
    render_plan(BLOCKED, Console(file=written, width=200, markup=False, highlight=False))

    assert written.getvalue().splitlines() == [
        f"Shop [1] ({'a' * 24}, production): 1.0.0 → 1.1.0",
        "  + exports/a",
        "  ~ flows/b",
        "      schedule: '? 0 * * * *' → (nothing)  (customer's value kept)",
        "  ! imports/d: It was deleted. Say --recreate-deleted. (component_deleted)",
        "  1 create, 1 update, 1 unchanged, 1 conflict",
    ]


def test_blocked_installations_are_counted_apart():
    assert total([BLOCKED])["blocked"] == 1
    assert total([BLOCKED])["planned"] == 0
