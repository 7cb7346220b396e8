"""The arguments of ``manage.py rollout``, subcommand by subcommand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.management.base import add_json, add_yes
from connector_kit.rollouts.options import DEFAULT_WAVES, NUMBERS, RECREATE_DELETED

CONTROLS = {
    "pause": "begin nothing more; what has begun comes to its end",
    "resume": "go on after a pause or a halt; failures so far count no longer",
    "abort": "end the rollout; what has begun is finished or undone, the rest stays as it is",
    "retry": "push the failed ones again, and go on",
}
ASKING = ("resume", "abort")
"""Controls that ask first, on a terminal."""


def add_actions(parser: CommandParser) -> None:
    """Add all subcommands to *parser*."""
    names = "|".join(("start", "status", *CONTROLS, "rollback", "unlock"))
    actions = parser.add_subparsers(dest="action", required=True, metavar=names)
    _add_start(actions)
    status = _add_action(actions, "status", "show how a rollout stands, and who is locked")
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
        "bring everybody whom a rollout touched back to the version they had; ends the rollout",
    )
    _add_rollout(rollback)
    _add_reason(rollback)
    _add_watch(rollback)
    add_yes(rollback)


def _add_unlock(actions: Any) -> None:
    unlock = _add_action(
        actions, "unlock", "undo the updates that keep customers locked, or finish them"
    )
    _add_rollout(unlock)
    unlock.add_argument(
        "--finish", action="store_true", help="bring them to the release instead of back"
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
        help="its number, or a connector for its latest one; by default the only open one",
    )


def _add_reason(parser: CommandParser) -> None:
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="why, for the status and the audit log"
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
        "--digest", help="that of the preview that was approved; refused when anything moved"
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
