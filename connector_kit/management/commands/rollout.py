"""``manage.py rollout``: bring a release to the install base."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.live import Live

from connector_kit.conf import kit
from connector_kit.management.base import KitCommand, agree
from connector_kit.management.rollout_arguments import add_actions
from connector_kit.models import Rollout
from connector_kit.publisher import find_connector, find_release
from connector_kit.publisher.actions import Actor
from connector_kit.rollouts import (
    RolloutOptions,
    Selection,
    Status,
    abort,
    consequences,
    find_rollout,
    pause,
    release_locks,
    resume,
    retry_failed,
    roll_back,
    start_rollout,
    status_of,
)
from connector_kit.rollouts.display import line, page
from connector_kit.rollouts.options import DEFAULT_WAVES, NUMBERS
from connector_kit.rollouts.tasks import tick_soon
from connector_kit.rollouts.watching import inline, is_at_rest, is_success, needs_attention, watch
from connector_kit.workers.heartbeat import nobody_works

SECONDS_BETWEEN_LINES = 5.0
NEEDS_ATTENTION = 3
DRIVEN_BY_WORKERS = (
    "Celery workers run the rollout (celery -A connector_kit.server worker --beat). To follow "
    "it, run 'manage.py rollout status --watch'."
)

_CONTROLS: dict[str, Callable[..., Rollout]] = {
    "pause": pause,
    "resume": resume,
    "abort": abort,
    "retry": retry_failed,
}


class Command(KitCommand):
    """Start, show, and control rollouts."""

    help = "Roll out a release to a connector's installations in waves, or roll it back."
    example = """
manage.py rollout start commerce-hub --wave 3 --wave 25% --wave rest --window 20
manage.py rollout start commerce-hub --release 1.1.0 --sandbox --watch
manage.py rollout start --inline          (without a Celery worker)
manage.py rollout status --watch
manage.py rollout pause 7
manage.py rollout abort 7 --reason "1.1.0 doubles orders"
manage.py rollout retry commerce-hub
manage.py rollout rollback 7 --watch
manage.py rollout unlock 7 --finish --installation 5f3c0a5f3c0a5f3c0a5f3c0a
"""
    exit_codes = {
        0: "done; status and --watch: no failures",
        1: "error (see stderr)",
        NEEDS_ATTENTION: "halted, aborted, or with failures; --watch: stopped incomplete",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands and their arguments."""
        add_actions(parser)

    def run(self, **options: Any) -> int:
        """Do what the subcommand says."""
        rollout = _ACTIONS.get(options["action"], _control)(options)
        if options["action"] != "status" and not options.get("inline"):
            tick_soon(rollout.pk)  # so that workers need not wait for the next beat
        if options.get("watch") or options.get("inline"):
            return self._watch(rollout, options)
        if options["action"] in ("start", "rollback"):
            self.sidelines(options).print(DRIVEN_BY_WORKERS)
        return self._show(rollout, options)

    def _show(self, rollout: Rollout, options: dict[str, Any]) -> int:
        status = status_of(rollout)
        if options["json"]:
            self.print_json(status)
        else:
            self.console(options).print(page(status, _trouble(status)))
        asked = options["action"] == "status"
        return NEEDS_ATTENTION if asked and needs_attention(status) else 0

    def _watch(self, rollout: Rollout, options: dict[str, Any]) -> int:
        statuses = watch(
            rollout.pk, every=kit().tick_seconds, drive=inline if options["inline"] else None
        )
        if options["json"]:
            last = self._print_changes(statuses)
        else:
            trouble = _nothing if options["inline"] else _trouble
            last = _display(statuses, self.console(options), trouble)
        return 0 if is_success(last) else NEEDS_ATTENTION

    def _print_changes(self, statuses: Iterator[Status]) -> Status:
        """Print a line of JSON for each change of the counts or the state; the last is the end."""
        shown: object = None
        for status in statuses:
            if (now := (status["state"], status["counts"])) != shown:
                self.print_json(status)
                shown = now
        return status


def _start(options: dict[str, Any]) -> Rollout:
    connector = find_connector(options["connector"])
    return start_rollout(
        connector,
        release=find_release(connector, options["release"]),
        options=RolloutOptions(
            waves=tuple(options["wave"] or DEFAULT_WAVES),
            recreate_deleted=options["recreate_deleted"],
            **{name: options[name] for name in NUMBERS},
        ),
        only=Selection(
            sandbox=options["sandbox"],
            versions=tuple(options["from_version"]),
            tags=tuple(options["tag"]),
            integrations=tuple(options["installation"]),
        ),
        digest=options["digest"],
        by=Actor.of_command_line(),
    )


def _status(options: dict[str, Any]) -> Rollout:
    return find_rollout(options["rollout"])


def _control(options: dict[str, Any]) -> Rollout:
    rollout = find_rollout(options["rollout"])
    if options["action"] == "abort" and rollout.state in Rollout.OPEN:
        _agree(consequences.of_abort(rollout, status_of(rollout)), options)
    if options["action"] == "resume" and rollout.state == Rollout.State.HALTED:
        _agree(consequences.of_resume(rollout, status_of(rollout)), options)
    control = _CONTROLS[options["action"]]
    return control(rollout.pk, by=Actor.of_command_line(), reason=options["reason"])


def _roll_back(options: dict[str, Any]) -> Rollout:
    rollout = find_rollout(options["rollout"])
    _agree(consequences.of_roll_back(rollout, status_of(rollout)), options)
    return roll_back(rollout.pk, by=Actor.of_command_line(), reason=options["reason"])


def _unlock(options: dict[str, Any]) -> Rollout:
    rollout = find_rollout(options["rollout"])
    named, finish = options["installation"], options["finish"]
    told = consequences.of_unlock(rollout, status_of(rollout), finish=finish, named=len(named))
    _agree(told, options)
    release_locks(
        rollout.pk,
        finish=finish,
        only=named,
        by=Actor.of_command_line(),
        reason=options["reason"],
    )
    return rollout


def _agree(told: Iterable[str], options: dict[str, Any]) -> None:
    """Ask on a terminal, after saying what the control will do; scripts are not asked."""
    agree(" ".join(told), options, unattended=True)


_ACTIONS: dict[str, Callable[[dict[str, Any]], Rollout]] = {
    "start": _start,
    "status": _status,
    "rollback": _roll_back,
    "unlock": _unlock,
}


Trouble = Callable[[Status], str]
"""Returns why a rollout makes no progress; empty when it does."""


def _trouble(status: Status) -> str:
    return "" if is_at_rest(status) else nobody_works() or ""


def _nothing(_: Status) -> str:
    return ""


def _display(statuses: Iterator[Status], console: Console, trouble: Trouble) -> Status:
    show = _live if console.is_terminal else _lines
    return show(statuses, console, trouble)


def _live(statuses: Iterator[Status], console: Console, trouble: Trouble) -> Status:
    with Live(console=console, refresh_per_second=4) as live:
        for status in statuses:
            live.update(page(status, trouble(status)))
    return status


def _lines(statuses: Iterator[Status], console: Console, trouble: Trouble) -> Status:
    due = 0.0
    for status in statuses:
        if time.monotonic() >= due:
            console.print(line(status, trouble(status)), soft_wrap=True)
            due = time.monotonic() + SECONDS_BETWEEN_LINES
    console.print(page(status))
    return status
