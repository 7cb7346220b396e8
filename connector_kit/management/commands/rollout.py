"""``connector-kit rollout``: bring a release to the install base."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.management.base import CommandParser
from rich.live import Live
from rich.table import Table

from connector_kit.conf import kit
from connector_kit.management.base import (
    Action,
    ActionsCommand,
    KitCommand,
    Options,
    add_before,
    add_connector,
    add_environment,
    add_limit,
    add_yes,
    agree,
)
from connector_kit.management.differences import diff_document, render_diff, written_steps
from connector_kit.management.plans import render_steps
from connector_kit.models import Push, Rollout
from connector_kit.publisher import find_connector, find_release
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.progress import Progress, progress_by
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
from connector_kit.rollouts.moves import Move, moves_of, written_to
from connector_kit.rollouts.options import DEFAULT_WAVES, NUMBERS, RECREATE_DELETED
from connector_kit.rollouts.search import list_rollouts
from connector_kit.rollouts.tasks import tick_soon
from connector_kit.rollouts.watching import inline, is_at_rest, is_success, needs_attention, watch
from connector_kit.workers.heartbeat import nobody_works

SECONDS_BETWEEN_LINES = 5.0
NOT_RECORDED = "  Release {} is not recorded here, so it cannot be compared."
NEEDS_ATTENTION = 3
DRIVEN_BY_WORKERS = (
    "Celery workers run the rollout (celery -A connector_kit.server worker --beat). To follow "
    "it, run 'connector-kit rollout status --watch'."
)


class RolloutAction(Action):
    """Does something to a rollout, then shows it, or follows it until it stops."""

    @abstractmethod
    def act(self, options: Options) -> Rollout:
        """Do it, and return the rollout."""

    def run(self, command: KitCommand, options: Options) -> int:
        rollout, action = self.act(options), options["action"]
        is_inline = options.get("inline")
        if action != "status" and not is_inline:
            tick_soon(rollout.pk)  # so that workers need not wait for the next beat
        if options.get("watch") or is_inline:
            return _follow(rollout, command, options)
        if action in ("start", "rollback"):
            command.sidelines(options).print(DRIVEN_BY_WORKERS)
        status = status_of(rollout)
        if options["json"]:
            command.print_json(status)
        else:
            command.console(options).print(page(status, _trouble(status)))
        return NEEDS_ATTENTION if action == "status" and needs_attention(status) else 0


def _follow(rollout: Rollout, command: KitCommand, options: Options) -> int:
    """Show *rollout* until it stops: as a page on a terminal, as lines in a log, or as JSON."""
    drive = inline if options["inline"] else None
    statuses = watch(rollout.pk, every=kit().tick_seconds, drive=drive)
    trouble: Callable[[Status], str] = (lambda _: "") if drive else _trouble
    console = command.console(options)
    if options["json"]:
        printed = None
        for status in statuses:
            if (change := (status["state"], status["counts"])) != printed:
                command.print_json(status)
                printed = change
    elif console.is_terminal:
        with Live(console=console, refresh_per_second=4) as live:
            for status in statuses:
                live.update(page(status, trouble(status)))
    else:
        due = 0.0
        for status in statuses:
            if time.monotonic() >= due:
                console.print(line(status, trouble(status)), soft_wrap=True)
                due = time.monotonic() + SECONDS_BETWEEN_LINES
        console.print(page(status))
    return 0 if is_success(status) else NEEDS_ATTENTION


def _trouble(status: Status) -> str:
    """Return why a rollout makes no progress; empty when it does, or need not."""
    return "" if is_at_rest(status) else nobody_works() or ""


class Start(RolloutAction):
    """Starts a rollout."""

    words = "start a rollout; Celery workers run it unless --inline"

    def add_arguments(self, parser: CommandParser) -> None:
        add_connector(parser)
        parser.add_argument("--release", metavar="VERSION", help="default: the newest")
        _add_watch(parser)
        parser.add_argument(
            "--wave",
            action="append",
            metavar="SIZE",
            help="a count (3), a share of the base (25%%) or rest; once per wave, in their order "
            f"({', '.join(DEFAULT_WAVES).replace('%', '%%')})",
        )
        for name, number in NUMBERS.items():
            bounds = f"{number.least:,} to {number.most:,}"
            parser.add_argument(
                f"--{name.replace('_', '-')}",
                type=int,
                default=number.default,
                metavar="PERCENT" if name == "wave_failure_share" else "N",
                help=f"{number.about} ({bounds}, default {number.default})",
            )
        parser.add_argument("--recreate-deleted", action="store_true", help=RECREATE_DELETED)
        parser.add_argument(
            "--digest",
            help="digest of the approved preview; the start is refused if anything changed since",
        )
        add_environment(parser, "installations")
        for name, words in {
            "--from-release": "only from this release (repeatable)",
            "--tag": "only with this tag (repeatable)",
            "--installation": "only this integration id (repeatable)",
        }.items():
            parser.add_argument(name, action="append", default=[], help=words)

    def act(self, options: Options) -> Rollout:
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
                versions=tuple(options["from_release"]),
                tags=tuple(options["tag"]),
                integrations=tuple(options["installation"]),
            ),
            digest=options["digest"],
            by=Actor.of_command_line(),
        )


class List(Action):
    """Lists rollouts."""

    words = "list rollouts, newest first"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "connector", nargs="?", default="", help="slug of a connector (default: all)"
        )
        add_before(parser)
        add_limit(parser, "rollouts", default=50)

    def run(self, command: KitCommand, options: Options) -> None:
        slug = find_connector(options["connector"]).slug if options["connector"] else ""
        page = list_rollouts(slug, before=options["before"], limit=options["limit"])
        progress = progress_by("rollout", Push.objects.filter(rollout__in=page.rows))
        rows = [_row(rollout, progress.get(rollout.pk, Progress())) for rollout in page.rows]
        if options["json"]:
            command.print_json({"rollouts": rows, "next_before": page.next_before})
            return
        table = Table("rollout", "connector", "release", "state", "done", "", "by", box=None)
        table.add_column("started")
        for row in rows:
            back = f"rolls back {row['reverses']}" if row["reverses"] else ""
            done = f"{row['settled']}/{row['total']}"
            cells = (str(row["id"]), row["connector"], row["version"], row["state"], done, back)
            table.add_row(*cells, row["by"], f"{row['created_at']:%Y-%m-%d %H:%M}")
        console = command.console(options)
        console.print(table)
        if page.next_before:
            console.print(f"More: --before {page.next_before}")


def _row(rollout: Rollout, progress: Progress) -> dict[str, Any]:
    return {
        "id": rollout.pk,
        "connector": rollout.connector.slug,
        "version": rollout.release.version,
        "state": rollout.state,
        "total": progress.total,
        "settled": progress.total - progress.unsettled,
        "failed": progress.failed,
        "reverses": rollout.reverses_id,
        "reason": rollout.reason,
        "by": str(rollout.created_by or ""),
        "created_at": rollout.created_at,
        "finished_at": rollout.finished_at,
    }


class Diff(Action):
    """Shows what a rollout changes, by the release that installations come from."""

    words = "show what a rollout changes, by the version that its installations come from"

    def add_arguments(self, parser: CommandParser) -> None:
        _add_rollout(parser)
        parser.add_argument(
            "--installation",
            metavar="ID",
            help="instead, what was written to this installation, and which edits were kept",
        )

    def run(self, command: KitCommand, options: Options) -> None:
        rollout = find_rollout(options["rollout"])
        if options["installation"]:
            self._show_written(rollout, command, options)
            return
        moves = moves_of(rollout)
        if options["json"]:
            documents = [_diff_of(move) for move in moves]
            command.print_json({"rollout": rollout.pk, "differences": documents})
            return
        console = command.console(options)
        for move in moves:
            heading = f"{move.before or 'no version'} → {move.after.version}"
            console.print(f"{heading}: {move.installations} installations", style="bold")
            if move.origin is None:
                console.print(NOT_RECORDED.format(move.before or "no version"), soft_wrap=True)
                continue
            render_diff(move.origin, move.after, console)
        if not moves:
            console.print(f"Rollout {rollout.pk} changes no installation's version.")

    def _show_written(self, rollout: Rollout, command: KitCommand, options: Options) -> None:
        steps = written_steps(written_to(rollout, options["installation"]))
        if options["json"]:
            answer = {"rollout": rollout.pk, "installation": options["installation"]}
            command.print_json({**answer, "steps": steps})
            return
        console = command.console(options)
        render_steps(steps, console)
        if not steps:
            console.print(f"Rollout {rollout.pk} has written nothing there.")


def _diff_of(move: Move) -> dict[str, Any]:
    document: dict[str, Any] = {"from": move.before, "to": move.after.version}
    if move.origin:
        document |= diff_document(move.origin, move.after)
    return {**document, "installations": move.installations, "recorded": move.origin is not None}


class ShowStatus(RolloutAction):
    """Shows a rollout."""

    words = "show a rollout's progress and the locked installations"

    def add_arguments(self, parser: CommandParser) -> None:
        _add_rollout(parser)
        _add_watch(parser)

    def act(self, options: Options) -> Rollout:
        return find_rollout(options["rollout"])


@dataclass(frozen=True)
class Control(RolloutAction):
    """Pauses a rollout, resumes it, and so on."""

    words: str
    control: Callable[..., Rollout]
    consequence: Callable[[Rollout, Status], Iterable[str]] | None = None
    """What it would do, for consent; None where no consent is needed."""
    asked_in: Collection[str] = tuple(Rollout.State)
    """The states in which it has that consequence."""
    can_watch: bool = False
    aliases: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        _add_rollout(parser)
        _add_reason(parser)
        if self.can_watch:
            _add_watch(parser)
        if self.consequence:
            add_yes(parser)

    def act(self, options: Options) -> Rollout:
        rollout = find_rollout(options["rollout"])
        if self.consequence and rollout.state in self.asked_in:
            consequence = self.consequence(rollout, status_of(rollout))
            agree(" ".join(consequence), options, unattended=True)
        return self.control(rollout.pk, by=Actor.of_command_line(), reason=options["reason"])


class Unlock(RolloutAction):
    """Unlocks installations whose update did not end."""

    words = "undo or finish updates that keep customers locked"

    def add_arguments(self, parser: CommandParser) -> None:
        _add_rollout(parser)
        parser.add_argument(
            "--finish", action="store_true", help="update them to the release instead of undoing"
        )
        parser.add_argument(
            "--installation",
            action="append",
            default=[],
            metavar="ID",
            help="only this integration id (repeatable)",
        )
        _add_reason(parser)
        add_yes(parser)

    def act(self, options: Options) -> Rollout:
        rollout = find_rollout(options["rollout"])
        only, finish = options["installation"], options["finish"]
        status = status_of(rollout)
        consequence = consequences.of_unlock(rollout, status, finish=finish, named=len(only))
        agree(" ".join(consequence), options, unattended=True)
        release_locks(
            rollout.pk,
            finish=finish,
            only=only,
            by=Actor.of_command_line(),
            reason=options["reason"],
        )
        return rollout


class Command(ActionsCommand):
    """Start, show, and control rollouts."""

    help = "Roll out a release to a connector's installations in waves, or roll it back."
    example = """
connector-kit rollout start commerce-hub --wave 3 --wave 25% --wave rest --window 20
connector-kit rollout start commerce-hub --release 1.1.0 --sandbox --watch
connector-kit rollout start --inline          (without a Celery worker)
connector-kit rollout list commerce-hub
connector-kit rollout status --watch
connector-kit rollout diff 7
connector-kit rollout diff 7 --installation 5f3c0a5f3c0a5f3c0a5f3c0a
connector-kit rollout pause 7
connector-kit rollout abort 7 --reason "1.1.0 doubles orders"
connector-kit rollout retry commerce-hub
connector-kit rollout rollback 7 --watch
connector-kit rollout unlock 7 --finish --installation 5f3c0a5f3c0a5f3c0a5f3c0a
"""
    exit_codes = {
        0: "done; status and --watch: no failures",
        1: "error (see stderr)",
        NEEDS_ATTENTION: "halted, aborted, or with failures; --watch: stopped incomplete",
    }
    actions = {
        "start": Start(),
        "list": List(),
        "status": ShowStatus(),
        "diff": Diff(),
        "pause": Control("start no more updates; those in progress finish", pause),
        "resume": Control(
            "continue after a pause or halt; failures so far no longer count",
            resume,
            consequences.of_resume,
            asked_in=[Rollout.State.HALTED],
        ),
        "abort": Control(
            "end the rollout; updates in progress are finished or undone, the rest stays as it is",
            abort,
            consequences.of_abort,
            asked_in=Rollout.OPEN,
        ),
        "retry": Control("retry failed installations and continue", retry_failed),
        "rollback": Control(
            "return all installations of a rollout to their previous version; ends the rollout",
            roll_back,
            consequences.of_roll_back,
            can_watch=True,
            aliases=("back",),
        ),
        "unlock": Unlock(),
    }


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
