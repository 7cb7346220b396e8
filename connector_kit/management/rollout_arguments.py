"""The arguments of ``manage.py rollout``, subcommand by subcommand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.management.base import add_json, add_yes
from connector_kit.rollouts.options import DEFAULT_WAVES, NUMBERS, RECREATE_DELETED

CONTROLS = {
    "pause": "start no more updates; those in progress finish",
    "resume": "continue after a pause or halt; failures so far no longer count",
    "abort": "end the rollout; updates in progress are finished or undone, the rest stays as it is",
    "retry": "retry failed installations and continue",
}
ASKING = ("resume", "abort")
"""Controls that ask for consent, on a terminal."""


def add_actions(parser: CommandParser) -> None:
    """Add all subcommands to *parser*."""
    names = "|".join(("start", "status", *CONTROLS, "rollback", "unlock"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=names)
    _add_start(actions)
    status = _add_action(
        actions, "status", "show a rollout's progress and the locked installations"
    )
    _add_rollout(status)
    _add_watch(status)
    for name, words in CONTROLS.items():
        control = _add_action(actions, name, words)
        _add_rollout(control)
        _add_reason(control)
        if name in ASKING:
            add_yes(control)
    _add_rollback(actions)
    _add_unlock(actions)


def _add_rollback(actions: Any) -> None:
    rollback = _add_action(
        actions,
        "rollback",
        "return all installations of a rollout to their previous version; ends the rollout",
    )
    _add_rollout(rollback)
    _add_reason(rollback)
    _add_watch(rollback)
    add_yes(rollback)


def _add_unlock(actions: Any) -> None:
    unlock = _add_action(actions, "unlock", "undo or finish updates that keep customers locked")
    _add_rollout(unlock)
    unlock.add_argument(
        "--finish", action="store_true", help="update them to the release instead of undoing"
    )
    unlock.add_argument(
        "--installation",
        action="append",
        default=[],
        metavar="ID",
        help="only this integration id (repeatable)",
    )
    _add_reason(unlock)
    add_yes(unlock)


def _add_action(actions: Any, name: str, words: str) -> CommandParser:
    parser: CommandParser = actions.add_parser(name, help=words, description=words)
    add_json(parser)
    return parser


def _add_rollout(parser: CommandParser) -> None:
    parser.add_argument(
        "rollout",
        nargs="?",
        help="rollout number, or a connector for its latest rollout (default: the only open one)",
    )


def _add_reason(parser: CommandParser) -> None:
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="reason, shown in the status and the audit log"
    )


def _add_watch(parser: CommandParser) -> None:
    parser.add_argument("--watch", action="store_true", help="follow the rollout until it stops")
    parser.add_argument(
        "--inline",
        action="store_true",
        help="run and follow the rollout in this process, without Celery workers",
    )


def _add_start(actions: Any) -> None:
    parser = _add_action(actions, "start", "start a rollout; Celery workers run it unless --inline")
    parser.add_argument(
        "connector", nargs="?", help="slug or package.module:Class (default: the only one)"
    )
    parser.add_argument("--release", metavar="VERSION", help="default: the newest")
    _add_watch(parser)
    _add_strategy(parser)
    _add_selection(parser)


def _add_strategy(parser: CommandParser) -> None:
    parser.add_argument(
        "--wave",
        action="append",
        metavar="SIZE",
        help="a count (3), a share of the base (25%%) or rest; once per wave, in their order "
        f"({', '.join(DEFAULT_WAVES).replace('%', '%%')})",
    )
    for name, number in NUMBERS.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=int,
            default=number.default,
            metavar="PERCENT" if name == "wave_failure_share" else "N",
            help=f"{number.about} ({number.least:,} to {number.most:,}, default {number.default})",
        )
    parser.add_argument("--recreate-deleted", action="store_true", help=RECREATE_DELETED)
    parser.add_argument(
        "--digest",
        help="digest of the approved preview; the start is refused if anything changed since",
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
        "--from-version": "only from this version (repeatable)",
        "--tag": "only with this tag (repeatable)",
        "--installation": "only this integration id (repeatable)",
    }.items():
        parser.add_argument(name, action="append", default=[], help=words)
