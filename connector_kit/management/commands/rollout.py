"""``manage.py rollout``: bring a release to the install base."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.live import Live

from connector_kit.adoption.loading import LoadError
from connector_kit.conf import kit
from connector_kit.management.base import KitCommand, add_json
from connector_kit.models import Rollout
from connector_kit.publisher import PublisherError, find_connector, find_release
from connector_kit.publisher.actions import Actor
from connector_kit.rollouts import (
    RolloutError,
    Selection,
    Status,
    abort,
    find_rollout,
    pause,
    resume,
    retry_failed,
    start_rollout,
    status_of,
)
from connector_kit.rollouts.display import line, page
from connector_kit.rollouts.services import DEFAULT_WAVES
from connector_kit.rollouts.tasks import tick_soon
from connector_kit.rollouts.watching import inline, is_success, needs_attention, watch

SECONDS_BETWEEN_LINES = 5.0
NEEDS_ATTENTION = 3
DRIVEN_BY_WORKERS = (
    "Workers drive it from here (celery -A connector_kit.server worker --beat); "
    "'manage.py rollout status --watch' follows it."
)

_CONTROLS: dict[str, tuple[Callable[..., Rollout], str]] = {
    "pause": (pause, "push nothing more; what is in flight comes to its end"),
    "resume": (resume, "go on after a pause or a halt; failures so far count no longer"),
    "abort": (abort, "end the rollout; what was not updated stays as it is"),
    "retry": (retry_failed, "push the failed ones again, and go on"),
}


class Command(KitCommand):
    """Start rollouts, look at them, control them."""

    help = "Bring a release to every installation of a connector, wave by wave."
    example = """
manage.py rollout start commerce-hub --wave 3 --wave 25% --wave rest --window 20
manage.py rollout start commerce-hub --release 1.1.0 --sandbox --watch
manage.py rollout start --inline          (without a Celery worker)
manage.py rollout status --watch
manage.py rollout pause 7
manage.py rollout retry commerce-hub
"""
    exit_codes = {
        0: "done; when watched or asked for the status: nothing failed",
        1: "an error, said on stderr",
        NEEDS_ATTENTION: "halted, aborted or with failures; watched: came to rest incomplete",
    }
    expected = (*KitCommand.expected, RolloutError, PublisherError, LoadError)

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands and their arguments."""
        names = "start|status|" + "|".join(_CONTROLS)
        actions = parser.add_subparsers(dest="action", required=True, metavar=names)
        _add_start(actions)
        status = _add_action(actions, "status", "show how a rollout stands")
        _add_rollout(status)
        _add_watch(status)
        for name, (_, words) in _CONTROLS.items():
            _add_rollout(_add_action(actions, name, words))

    def run(self, **options: Any) -> int:
        """Do what the subcommand says."""
        if options["action"] == "start":
            rollout = _start(options)
        elif options["action"] == "status":
            rollout = find_rollout(options["rollout"])
        else:
            control, _ = _CONTROLS[options["action"]]
            rollout = control(find_rollout(options["rollout"]).pk, by=Actor.of_command_line())
        if options["action"] != "status" and not options.get("inline"):
            tick_soon(rollout.pk)  # so that no worker has to wait for the next beat
        if options.get("watch") or options.get("inline"):
            return self._watch(rollout, options)
        if options["action"] == "start":
            self.sidelines(options).print(DRIVEN_BY_WORKERS)
        return self._show(rollout, options)

    def _show(self, rollout: Rollout, options: dict[str, Any]) -> int:
        status = status_of(rollout)
        if options["json"]:
            self.print_json(status)
        else:
            self.console(options).print(page(status))
        asked = options["action"] == "status"
        return NEEDS_ATTENTION if asked and needs_attention(status) else 0

    def _watch(self, rollout: Rollout, options: dict[str, Any]) -> int:
        statuses = watch(
            rollout.pk, every=kit().tick_seconds, drive=inline if options["inline"] else None
        )
        if options["json"]:
            last = self._print_changes(statuses)
        else:
            last = _display(statuses, self.console(options))
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
        waves=options["wave"] or DEFAULT_WAVES,
        window=options["window"],
        failure_limit=options["failure_limit"],
        max_attempts=options["max_attempts"],
        recreate_deleted=options["recreate_deleted"],
        only=Selection(
            sandbox=options["sandbox"],
            versions=tuple(options["from_version"]),
            tags=tuple(options["tag"]),
            integrations=tuple(options["installation"]),
        ),
        by=Actor.of_command_line(),
    )


def _display(statuses: Iterator[Status], console: Console) -> Status:
    return _live(statuses, console) if console.is_terminal else _lines(statuses, console)


def _live(statuses: Iterator[Status], console: Console) -> Status:
    with Live(console=console, refresh_per_second=4) as live:
        for status in statuses:
            live.update(page(status))
    return status


def _lines(statuses: Iterator[Status], console: Console) -> Status:
    due = 0.0
    for status in statuses:
        if time.monotonic() >= due:
            console.print(line(status), soft_wrap=True)
            due = time.monotonic() + SECONDS_BETWEEN_LINES
    console.print(page(status))
    return status


def _add_action(actions: Any, name: str, words: str) -> CommandParser:
    parser: CommandParser = actions.add_parser(name, help=words, description=words)
    add_json(parser)
    return parser


def _add_rollout(parser: CommandParser) -> None:
    parser.add_argument(
        "rollout",
        nargs="?",
        help="its number, or a connector for its latest one; by default the only open one",
    )


def _add_watch(parser: CommandParser) -> None:
    parser.add_argument("--watch", action="store_true", help="follow it until it comes to rest")
    parser.add_argument(
        "--inline",
        action="store_true",
        help="follow and drive it from here, where no Celery worker runs",
    )


def _add_start(actions: Any) -> None:
    parser = _add_action(actions, "start", "start a rollout; workers drive it, unless --inline")
    parser.add_argument(
        "connector", nargs="?", help="slug or package.module:Class; by default the only one"
    )
    parser.add_argument("--release", metavar="VERSION", help="by default the newest")
    _add_watch(parser)
    _add_strategy(parser)
    _add_selection(parser)


def _add_strategy(parser: CommandParser) -> None:
    parser.add_argument(
        "--wave",
        action="append",
        metavar="SIZE",
        help="a count (3), a share of the base (25%%) or rest; once per wave, in their order "
        "(3, 25%%, rest)",
    )
    parser.add_argument("--window", type=int, default=10, help="updates at a time (10)")
    parser.add_argument(
        "--failure-limit", type=int, default=5, help="failed installations that halt it (5)"
    )
    parser.add_argument("--max-attempts", type=int, default=5, help="pushes per installation (5)")
    parser.add_argument(
        "--recreate-deleted",
        action="store_true",
        help="make components again that customers deleted, instead of failing there",
    )


def _add_selection(parser: CommandParser) -> None:
    environment = parser.add_mutually_exclusive_group()
    environment.add_argument(
        "--sandbox", action="store_true", default=None, help="only sandbox installations"
    )
    environment.add_argument(
        "--production", dest="sandbox", action="store_false", help="only production installations"
    )
    for name, words in {
        "--from-version": "only those at this version (repeatable)",
        "--tag": "only those with this tag (repeatable)",
        "--installation": "only this integration id (repeatable)",
    }.items():
        parser.add_argument(name, action="append", default=[], help=words)
