"""``manage.py rollout`` as somebody types it."""

import json

import pytest
from django.core.management import CommandError, call_command

from connector_kit.management.commands.rollout import Command
from connector_kit.models import Installation, Release, Rollout
from connector_kit.rollouts import abort, start_rollout
from connector_kit.server.celery import app
from tests.publisher.fixtures import orders, platform, stack_address

__all__ = ["orders", "platform", "stack_address"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def installed(orders):
    """Five installations, one of them a sandbox, and a release they do not have."""
    release = Release.objects.create(connector=orders, version="1.1.0", digest="1", manifest={})
    for number in range(5):
        Installation.objects.create(
            connector=orders,
            integration_id=f"{number:024x}",
            version="1.0.0",
            mode="settings",
            sandbox=number == 4,
        )
    return release


@pytest.fixture
def run(capsys):
    def run(*words):
        try:
            call_command("rollout", *words)
            code = 0
        except SystemExit as end:
            code = end.code
        return code, capsys.readouterr().out

    return run


def test_start_begins_a_rollout_and_shows_it(installed, run):
    code, said = run("start", "orders-to-slack", "--wave", "2", "--wave", "rest", "--window", "3")

    rollout = Rollout.objects.get()
    assert code == 0
    assert (rollout.release, rollout.window, rollout.waves.count()) == (installed, 3, 2)
    heading = f"rollout {rollout.pk}, orders-to-slack to 1.1.0: running after 0 s"
    assert f"{heading}, 5 installations, 5 not started" in said


def test_workers_need_not_wait_for_the_next_beat(installed, run, monkeypatch):
    told = []
    monkeypatch.setattr(app.Task, "apply_async", lambda _task, args, *_, **__: told.extend(args))

    run("start")
    started = Rollout.objects.get().pk
    run("status")
    run("pause")
    run("resume")

    assert told == [started] * 3


def test_start_takes_a_part_of_the_base(installed, run):
    run("start", "--sandbox", "--from-version", "1.0.0", "--release", "1.1.0")

    assert [push.installation.sandbox for push in Rollout.objects.get().pushes.all()] == [True]


def test_json_is_one_line_for_machines(installed, run):
    code, said = run("start", "--json")

    status = json.loads(said)
    assert (code, status["state"], status["total"]) == (0, "running", 5)
    assert said.count("\n") == 1


def test_a_second_rollout_is_refused_in_one_paragraph(installed, orders):
    start_rollout(orders)

    with pytest.raises(CommandError, match="One at a time"):
        call_command("rollout", "start")


def test_an_unknown_release_is_refused(installed):
    with pytest.raises(CommandError, match="no release 9\\.9\\.9"):
        call_command("rollout", "start", "--release", "9.9.9")


def test_an_ill_written_wave_is_refused(installed):
    with pytest.raises(CommandError, match="not the size of a wave"):
        call_command("rollout", "start", "--wave", "some")


def test_the_controls_say_where_the_rollout_stands_afterwards(installed, orders, run):
    start_rollout(orders)

    states = [
        json.loads(run(action, "--json")[1])["state"] for action in ("pause", "resume", "abort")
    ]

    assert states == ["paused", "running", "aborted"]


def test_retry_needs_something_that_failed(installed, orders):
    start_rollout(orders)

    with pytest.raises(CommandError, match="Nothing has failed"):
        call_command("rollout", "retry")


def test_the_exit_code_of_status_tells_whether_somebody_has_to_look(installed, orders, run):
    rollout = start_rollout(orders)
    assert run("status")[0] == 0

    abort(rollout.pk)
    assert run("status", str(rollout.pk))[0] == 3


def test_inline_drives_the_rollout_to_its_end_without_a_worker(installed, run):
    code, said = run("start", "--inline")

    assert code == 0
    assert Rollout.objects.get().state == "completed"
    assert set(Rollout.objects.get().pushes.values_list("state", "code")) == {
        ("skipped", "installation_vanished")
    }
    assert "5 installations, 5 skipped" in said


def test_watched_json_has_a_line_for_every_change_and_ends_with_the_end(installed, run):
    code, said = run("start", "--inline", "--json")

    statuses = [json.loads(line) for line in said.splitlines()]
    assert code == 0
    assert len(statuses) > 1
    assert statuses[-1]["state"] == "completed"


def test_a_halt_ends_the_watch_with_its_own_exit_code(installed, settings, run):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": "wrong"}

    code, said = run("start", "--inline")

    assert code == 3
    assert "halted" in said


def test_the_help_shows_examples_and_exit_codes():
    text = Command().create_parser("manage.py", "rollout").format_help()

    for words in ("--watch", "rollout pause 7", "exit codes", "3  halted"):
        assert words in text


@pytest.mark.parametrize("action", ["start", "status", "pause", "resume", "abort", "retry"])
def test_every_action_explains_itself(action, capsys):
    parser = Command().create_parser("manage.py", "rollout")

    with pytest.raises(SystemExit):
        parser.parse_args([action, "--help"])

    assert "--json" in capsys.readouterr().out
