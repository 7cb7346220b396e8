"""`connector-kit logs`: what happened to an installation, in a rollout, in function calls."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from connector_kit.management.commands import logs
from connector_kit.models import Installation, Operation, Release, Rollout, StaffAction
from connector_kit.models.clock import now
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.publisher.logbook import log_of_installation
from connector_kit.rollouts import abort, start_rollout
from tests.publisher.fixtures import orders, platform, stack_address

__all__ = ["orders", "platform", "stack_address"]

ID = f"{1:024x}"
LOG = """\
2026-05-01T10:00:00.000Z INFO connector_kit.extension logName=callFunctionInvoked, type=hook, \
function=keep_paid, _connectorId=6b0e, _integrationId=64a1, _flowId=64f1, _reqId=1
2026-05-01T10:00:00.001Z INFO connector_kit.extension logName=callFunctionInvoked, type=hook, \
function=add_totals, _connectorId=6b0e, _integrationId=64a2, _reqId=2
2026-05-01T10:00:00.004Z WARNING connector_kit.extension logName=callFunctionFailed, \
code=KeyError, function=keep_paid, _connectorId=6b0e, at=hooks.py:9 keep_paid < invoke.py:34, \
_reqId=1
2026-05-01T10:00:00.005Z INFO connector_kit.access logName=reqFinished, method=POST, \
url=/function, statusCode=422, responseTime=5ms, function=keep_paid, _integrationId=64a1, _reqId=1
2026-05-01T10:00:00.006Z INFO connector_kit.access logName=reqFinished, method=GET, url=/livez, \
statusCode=200, responseTime=0ms, _reqId=3
a line of something else
web-1  | {"time": "2026-05-01T10:00:00.007Z", "logName": "reqFinished", "statusCode": 200, \
"responseTime": "6ms", "function": "add_totals", "_integrationId": "64a2", "_reqId": "2"}
"""


@pytest.fixture
def run(capsys):
    """Runs the command; returns the entries that it prints as JSON, and what it says besides."""

    def run(*words):
        call_command("logs", *words, "--json")
        printed = capsys.readouterr()
        return [json.loads(line) for line in printed.out.splitlines()], printed.err

    return run


@pytest.fixture
def installation(db, orders):
    """An installation with an update that failed and one that runs, and an action of the staff."""
    row = Installation.objects.create(connector=orders, integration_id=ID, version="1.0.0")
    start, release = now() - timedelta(hours=1), orders.releases.get()
    about = {"installation": row, "kind": "update", "function": "update", "release": release}
    Operation.objects.create(
        **about,
        started_at=start,
        finished_at=start + timedelta(minutes=1),
        outcome="failed",
        code="conflict",
        message="Somebody renamed it.",
        request_id="9f1c",
    )
    Operation.objects.create(**about, started_at=start + timedelta(minutes=2))
    record_action(Actor("alice"), "installation.note", f"installation/{ID}", after="x")
    return row


def test_an_installation_tells_its_story_the_oldest_first(installation, run):
    entries, _ = run("installation", ID)

    assert [entry["event"] for entry in entries] == [
        "operationStarted",
        "operationFinished",
        "operationStarted",
        "installation.note",
    ]
    assert (entries[0]["_reqId"], entries[1]["code"]) == ("9f1c", "conflict")
    assert entries[3]["by"] == "alice"


def test_pages_lead_back_without_a_gap(installation, run):
    seen, until = [], []
    for _ in range(3):
        entries, said = run("installation", ID, "--limit", "2", *until)
        seen = [entry["event"] for entry in entries] + seen
        if "--until" not in said:
            break
        until = ["--until", said.split()[-1]]

    assert seen == [entry["event"] for entry in run("installation", ID)[0]]


def test_entries_of_one_moment_stay_together(installation):
    moment = now() + timedelta(hours=1)
    StaffAction.objects.bulk_create(
        StaffAction(actor_name="bob", action=f"a{number}", subject=f"installation/{ID}", at=moment)
        for number in range(5)
    )

    page = log_of_installation(installation, limit=2)
    rest = log_of_installation(installation, until=page.older, limit=10)

    assert [entry.event for entry in page.entries] == ["a0", "a1", "a2", "a3", "a4"]
    assert len(rest.entries) == 4
    assert rest.older is None


@pytest.mark.django_db
def test_a_rollout_tells_its_story(orders, installation, run):
    Release.objects.create(connector=orders, version="1.1.0", digest="1", manifest={})
    orders.class_path = ""
    orders.save(update_fields=["class_path"])
    Installation.objects.filter(pk=installation.pk).update(mode="settings")
    rollout = start_rollout(orders, by=Actor("alice"))
    abort(rollout.pk, by=Actor("alice"), reason="doubles orders")

    entries, _ = run("rollout", str(rollout.pk))

    events = [entry["event"] for entry in entries]
    assert events[0] == "rollout.start"
    assert {"rollout.abort", "pushSettled", "rolloutFinished"} <= {*events}
    [settled] = [entry for entry in entries if entry["event"] == "pushSettled"]
    assert (settled["_integrationId"], settled["version"]) == (ID, "1.1.0")
    assert Rollout.objects.get().state == "aborted"


def test_following_shows_each_new_entry_once(installation, monkeypatch, run, capsys):
    waits = []

    def wait(_seconds):
        waits.append(1)
        if len(waits) == 3:
            raise KeyboardInterrupt
        record_action(Actor("bob"), f"later.{len(waits)}", f"installation/{ID}")

    monkeypatch.setattr(logs.time, "sleep", wait)

    with pytest.raises(SystemExit) as ended:
        run("installation", ID, "-f")

    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert ended.value.code == 130
    assert events[4:] == ["later.1", "later.2"]
    assert len(events) == 6


@pytest.mark.django_db
def test_an_unknown_installation_is_named_with_the_way_out():
    with pytest.raises(CommandError, match=r"64a9 is not recorded.*installbase list"):
        call_command("logs", "installation", "64a9")


def test_calls_are_put_together_from_lines(run, tmp_path):
    file = tmp_path / "web.log"
    file.write_text(LOG)

    calls, _ = run("calls", "--from", str(file))

    assert calls == [
        {
            "at": "2026-05-01T10:00:00.005Z",
            "function": "keep_paid",
            "integration_id": "64a1",
            "status": "422",
            "response_time": "5ms",
            "code": "KeyError",
            "place": "hooks.py:9 keep_paid < invoke.py:34",
            "connector_id": "6b0e",
            "request_id": "1",
        },
        {
            "at": "2026-05-01T10:00:00.007Z",
            "function": "add_totals",
            "integration_id": "64a2",
            "status": "200",
            "response_time": "6ms",
            "connector_id": "6b0e",
            "request_id": "2",
        },
    ]


@pytest.mark.parametrize(
    ("words", "functions"),
    [
        (["--installation", "64a2"], ["add_totals"]),
        (["--function", "keep_paid"], ["keep_paid"]),
        (["--failed"], ["keep_paid"]),
        (["--limit", "1"], ["add_totals"]),
        (["-f"], ["keep_paid", "add_totals"]),
    ],
)
def test_calls_are_chosen_from_what_is_piped(run, monkeypatch, words, functions):
    monkeypatch.setattr("sys.stdin", io.StringIO(LOG))

    calls, _ = run("calls", "--from", "-", *words)

    assert [call["function"] for call in calls] == functions


def test_without_a_log_the_way_to_one_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError, match="docker compose logs web"):
        call_command("logs", "calls")
