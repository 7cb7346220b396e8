"""``connector-kit rollout`` as somebody types it."""

import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from connector_kit.management.commands.rollout import Command
from connector_kit.models import Installation, Release, Rollout, StaffAction
from connector_kit.rollouts import RolloutOptions, abort, start_rollout
from connector_kit.rollouts.preview import preview
from connector_kit.server.celery import app
from tests.publisher.fixtures import orders, platform, stack_address

__all__ = ["orders", "platform", "stack_address"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def installed(orders):
    """Five installations, one of them a sandbox, and a release they do not have."""
    orders.class_path = ""  # so that no server has to have its functions
    orders.save(update_fields=["class_path"])
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
    heading = f"rollout {rollout.pk}, orders-to-slack to 1.1.0: running after "
    assert re.search(rf"{heading}\d+ s, 5 installations, 5 not started", said)


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
    run("start", "--sandbox", "--from-release", "1.0.0", "--release", "1.1.0")

    assert [push.installation.sandbox for push in Rollout.objects.get().pushes.all()] == [True]


def test_json_is_one_line_for_machines(installed, run):
    code, said = run("start", "--json")

    status = json.loads(said)
    assert (code, status["state"], status["total"]) == (0, "running", 5)
    assert said.count("\n") == 1


def test_a_second_rollout_is_refused_in_one_paragraph(installed, orders):
    start_rollout(orders)

    with pytest.raises(CommandError, match="Only one rollout per connector"):
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

    with pytest.raises(CommandError, match="No installations failed"):
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
    text = Command().create_parser("connector-kit", "rollout").format_help()

    for words in ("--watch", "rollout pause 7", "exit codes", "3  halted"):
        assert words in text


@pytest.mark.parametrize(
    "action", ["start", "status", "pause", "resume", "abort", "retry", "rollback", "unlock"]
)
def test_every_action_explains_itself(action, capsys):
    parser = Command().create_parser("connector-kit", "rollout")

    with pytest.raises(SystemExit):
        parser.parse_args([action, "--help"])

    assert "--json" in capsys.readouterr().out


@pytest.fixture
def touched(installed, orders):
    """A running rollout that has updated one installation and keeps another one locked."""
    rollout = start_rollout(orders, options=RolloutOptions(waves=("rest",)))
    first, second, *_ = rollout.pushes.order_by("pk")
    now = timezone.now()
    rollout.pushes.filter(pk=first.pk).update(state="updated", claimed_at=now)
    rollout.pushes.filter(pk=second.pk).update(
        state="failed", claimed_at=now, code="component_deleted", message="Gone."
    )
    Installation.objects.filter(pk=second.installation_id).update(update_in_progress=True)
    return rollout


def test_status_says_who_is_locked_and_why(touched, run):
    _, said = run("status")

    assert "1 locked" in said
    assert "component_deleted: Gone." in said


@pytest.mark.parametrize(
    ("words", "consequence"),
    [
        (["abort"], "3 installations not started will stay as they are"),
        (["rollback"], "2 installations will be rolled back: 2 to 1.0.0."),
        (["unlock"], "1 installation locked will return"),
        (["unlock", "--finish"], "1 installation locked will be updated to 1.1.0"),
    ],
)
def test_what_cannot_be_taken_back_asks_and_says_what_happens_to_how_many(
    touched, at_a_terminal, words, consequence
):
    shown = at_a_terminal("n\n")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("rollout", *words)

    assert consequence in shown.getvalue()
    assert Rollout.objects.get().state == "running"


def test_resuming_asks_after_a_halt_and_not_after_a_pause(touched, at_a_terminal):
    shown = at_a_terminal("n\n")
    Rollout.objects.update(state="halted")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("rollout", "resume")
    assert (
        "1 installation that failed will stay as they are and no longer count" in shown.getvalue()
    )

    Rollout.objects.update(state="paused")
    call_command("rollout", "resume")
    assert Rollout.objects.get().state == "running"


@pytest.mark.parametrize("action", ["pause", "resume", "abort", "retry", "rollback", "unlock"])
def test_a_reason_goes_on_record(touched, run, action):
    if action == "resume":
        Rollout.objects.update(state="halted")

    run(action, str(touched.pk), "--reason", "orders doubled")

    assert StaffAction.objects.get(action=f"rollout.{action}").after["reason"] == "orders doubled"


def test_rollback_starts_the_way_back_and_shows_it(touched, run):
    code, said = run("rollback", "--json")

    back = Rollout.objects.exclude(pk=touched.pk).get()
    assert (code, json.loads(said)["id"], back.reverses) == (0, back.pk, touched)
    touched.refresh_from_db()
    assert touched.state == "aborted"


def test_unlock_takes_up_those_that_are_named(touched, run):
    locked = touched.pushes.get(state="failed")

    run("unlock", "--finish", "--installation", locked.installation.integration_id)

    locked.refresh_from_db()
    assert (locked.state, locked.is_undo) == ("retrying", False)
    with pytest.raises(CommandError, match="does not lock ffff"):
        call_command("rollout", "unlock", "--installation", "ffff")


def test_start_takes_what_a_preview_approved(installed, orders, run):
    digest = preview(orders).digest

    run("start", "--digest", digest, "--wave-failure-share", "10")

    assert Rollout.objects.get().wave_failure_share == 10
    abort(Rollout.objects.get().pk)
    Installation.objects.filter(sandbox=True).delete()
    with pytest.raises(CommandError, match="have changed since the preview"):
        call_command("rollout", "start", "--digest", digest)


def test_a_share_that_is_none_is_refused(installed):
    with pytest.raises(CommandError, match="wave_failure_share cannot be 101"):
        call_command("rollout", "start", "--wave-failure-share", "101")


def test_a_rollout_that_nobody_drives_says_so(installed, run):
    _, said = run("start")

    assert "No worker" in said


def test_rollouts_are_listed_newest_first_in_pages(installed, orders, run):
    first = start_rollout(orders)
    abort(first.pk)
    second = start_rollout(orders)

    page = json.loads(run("list", "orders-to-slack", "--limit", "1", "--json")[1])
    rest = json.loads(run("list", "--before", str(page["next_before"]), "--json")[1])

    [row] = page["rollouts"]
    assert (row["id"], row["state"], row["total"], row["settled"]) == (second.pk, "running", 5, 0)
    assert [row["id"] for row in rest["rollouts"]] == [first.pk]
    assert rest["next_before"] is None
    assert re.search(rf"{first.pk}\s+orders-to-slack\s+1\.1\.0\s+aborted", run("list")[1])


def test_what_a_rollout_changes_is_shown_by_the_version_before(orders, run):
    manifest = {**orders.releases.get().manifest, "version": "1.1.0", "components": []}
    Release.objects.create(connector=orders, version="1.1.0", digest="1", manifest=manifest)
    orders.class_path = ""
    orders.save(update_fields=["class_path"])
    for number, version in enumerate(["1.0.0", "1.0.0", "0.9.0"]):
        Installation.objects.create(
            connector=orders, integration_id=f"{number:024x}", version=version, mode="settings"
        )
    rollout = start_rollout(orders)

    code, said = run("diff", str(rollout.pk), "--json")

    unknown, known = json.loads(said)["differences"]
    assert (code, unknown["from"], unknown["recorded"]) == (0, "0.9.0", False)
    assert (known["from"], known["to"], known["installations"]) == ("1.0.0", "1.1.0", 2)
    assert {step["action"] for step in known["steps"]} >= {"delete"}
    assert "1.0.0 → 1.1.0: 2 installations" in run("diff", str(rollout.pk))[1]


def test_back_is_another_word_for_rollback(installed):
    parser = Command().create_parser("connector-kit", "rollout")

    assert parser.parse_args(["back", "7"]).action == "rollback"


def test_what_a_rollout_wrote_to_one_installation_is_shown_with_the_edits_kept(
    installed, orders, run
):
    rollout = start_rollout(orders)
    push = rollout.pushes.select_related("installation").first()
    push.operation = push.installation.operations.create(kind="update", function="update")
    push.save(update_fields=["operation"])
    field = {"path": "name", "before": "Old", "after": "New", "settled": None}
    for action, settled in (("update", None), ("keep", "customer")):
        push.operation.changes.create(
            installation=push.installation,
            action=action,
            resource="exports",
            external_id=f"{action}d",
            fields=[{**field, "settled": settled}],
        )
    words = ("diff", str(rollout.pk), "--installation", push.installation.integration_id)

    steps = json.loads(run(*words, "--json")[1])["steps"]

    assert [(step["action"], step["externalId"]) for step in steps] == [
        ("update", "updated"),
        ("unchanged", "keepd"),
    ]
    assert "name: 'Old' → 'New'  (customer's value kept)" in run(*words)[1]


def test_an_installation_outside_the_rollout_is_named(installed, orders):
    start_rollout(orders)

    with pytest.raises(CommandError, match="64a1 is not part of rollout"):
        call_command("rollout", "diff", "--installation", "64a1")
