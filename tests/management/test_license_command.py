"""``connector-kit license`` as somebody types it."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from connector_kit.models import License
from connector_kit.publisher.licenses import tasks

pytestmark = pytest.mark.django_db

SLUG = "orders-to-slack"


@pytest.fixture
def email(orders, platform):
    return platform.sandbox.accounts[0].email


def run(capsys, *words):
    """Run the command; return its exit code and its JSON."""
    try:
        call_command("license", *words, "--json")
        code = 0
    except SystemExit as left:
        code = left.code
    return code, json.loads(capsys.readouterr().out)


def test_a_license_goes_through_its_life(email, capsys):
    def act(*words):
        code, told = run(capsys, *words)
        assert code == 0
        return told

    made = act("trial", SLUG, email, "--edition", "starter", "--time-zone", "Europe/Berlin")
    assert (made["standing"], made["is_trial"]) == ("trial", True)
    word = made["license_id"]
    assert act("convert", word, "--until", "2090-01-01")["is_trial"] is False
    assert act("renew", word, "--until", "2091-01-01")["ends"] == "2091-01-01"
    assert act("extend", email, "--days", "30")["ends"] == "2091-01-31"
    assert act("change-edition", f"#{made['number']}", "premium")["edition_in_force"] == "premium"
    told = act("add-ons", word, "--add-on", "payouts", "--stores", "2")
    assert [
        len(addon_license["licenses"])
        for addon_license in told["platform"]["opts"]["addonLicenses"]
    ] == [2, 1]
    assert act("add-ons", word, "--add-on", "", "--stores", "0")["add_ons"] == []
    assert act("expire", word, "--yes", "--by", "alice")["standing"] == "expired"
    assert act("reactivate", word, "--until", "2092-01-01")["standing"] == "active"
    trail = act("show", word)["events"]
    assert ("alice", "expire") in [(document["by"], document["act"]) for document in trail]
    assert act("delete", word, "--yes")["vanished_at"]


def test_creating_twice_gives_one_and_other_terms_are_refused(email, capsys):
    for _ in range(2):
        run(capsys, "create", SLUG, email, "--until", "2090-01-01")
    assert License.objects.count() == 1

    with pytest.raises(CommandError, match="--another"):
        call_command("license", "create", SLUG, email, "--until", "2091-01-01")


def test_a_grant_that_waits_is_reported_with_its_reason(orders, platform, capsys):
    code, told = run(capsys, "create", SLUG, "later@example.com", "--until", "2090-01-01")
    assert (code, told["code"], told["license_id"]) == (3, "invalid_user", None)

    code, told = run(capsys, "pending")
    assert code == 3
    assert [license_["code"] for license_ in told["licenses"]] == ["invalid_user"]

    assert run(capsys, "delete", "later@example.com", "--yes")[0] == 0
    assert run(capsys, "pending")[0] == 0


def test_reconcile_shows_drift_and_repairs_it(orders, platform, email, capsys):
    _, made = run(capsys, "create", SLUG, email, "--until", "2090-01-01", "--edition", "premium")
    path = f"/connectors/{orders.connector_id}/licenses/{made['license_id']}"
    live = platform.call("GET", path)
    platform.call("PUT", path, {**live, "opts": {"connectorEdition": "starter"}})

    code, told = run(capsys, "reconcile")
    assert (code, told["drifted"]) == (3, 1)
    (drift,) = told["not_as_wanted"][0]["drift"]
    assert (drift["field"], drift["wanted"]) == ("opts.connectorEdition", "premium")

    code, told = run(capsys, "reconcile", "--repair")
    assert (code, told["repaired"], told["not_as_wanted"]) == (0, 1, [])


def test_progress_and_tables_are_for_people(email, capsys):
    call_command("license", "create", SLUG, email, "--until", "2090-01-01", "--opts", '{"a": [1]}')
    call_command("license", "reconcile")
    call_command("license", "list", "--standing", "active")
    call_command("license", "show", email)

    said = capsys.readouterr()
    assert "1 licenses. active: 1" in said.out
    assert f"{SLUG}: 1 seen" in said.out
    assert "created" in said.out
    assert "1 licenses read" in said.err


def test_a_simulation_shows_what_would_happen_and_changes_nothing(email, capsys):
    call_command("license", "trial", SLUG, email, "--days", "30")
    before = License.objects.values().get()
    capsys.readouterr()

    code, told = run(capsys, "simulate", SLUG, "--days", "400")
    happened = [day["counts"] for day in told["days"]]
    assert code == 0
    assert happened == [{"expires-in-3": 1}, {"expires-in-1": 1}, {"expired": 1}]
    assert License.objects.values().get() == before

    call_command("license", "simulate")
    assert email in capsys.readouterr().out


def test_a_scenario_is_a_shops_stream(orders, tmp_path, capsys):
    stream = [
        ("signed_up", "2027-01-01", {"email": "a@example.com", "trial_days": 14}),
        ("subscribed", "2027-01-10", {"paid_through": "2027-03-31"}),
    ]
    events = [
        {"id": f"e{number}", "subscription": "s", "type": kind, "occurred_at": day, "data": data}
        for number, (kind, day, data) in enumerate(stream)
    ]
    file = tmp_path / "stream.json"
    file.write_text(json.dumps(events))

    _, told = run(capsys, "simulate", "--scenario", str(file))

    whats = [what for day in told["days"] for what in day["counts"]]
    reminders = ["expires-in-30", "expires-in-7", "expires-in-1"]
    assert whats == ["signed_up", "subscribed", *reminders, "grace", "expired"]

    file.write_text(json.dumps([{**events[0], "type": "resurrected"}]))
    with pytest.raises(CommandError, match=r"event 1: type: there are signed_up"):
        call_command("license", "simulate", "--scenario", str(file))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["renew", "nobody@example.com", "--until", "2090-01-01"], "no license"),
        (["create", "orders-to-slack", "nobody", "--until", "2090-01-01"], "email: "),
        (["create", "orders-to-slack", "a@example.com", "--until", "2001-01-01"], "until: "),
        (["create", "orders-to-slack", "a@example.com", "--until", "soon"], "is not a day"),
        (["extend", "#1", "--days", "many"], "whole number"),
        (["child", "#1", "--opts", "[]"], "JSON object"),
        (["list", "no-such-connector"], "is not a published connector"),
        (["simulate", "--scenario", "/no/such/file"], "cannot be read"),
    ],
)
def test_bad_input_is_said_in_one_paragraph(orders, platform, words, said):
    with pytest.raises(CommandError, match=said):
        call_command("license", *words)


def test_the_tasks_do_what_is_due(email, orders, capsys):
    call_command("license", "create", SLUG, email, "--until", "2090-01-01")
    License.objects.update(next_at=License.objects.get().created_at)

    tasks.tick.apply(throw=True)
    tasks.review.apply(throw=True)

    assert License.objects.get().standing == "active"
