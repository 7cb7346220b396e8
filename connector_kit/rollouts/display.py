"""A rollout's status as text: a line for logs, a page with bars for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from connector_kit.models import Push, Rollout
from connector_kit.rollouts.locks import LockedInstallation
from connector_kit.rollouts.status import (
    FailureGroup,
    Status,
    WaitingInstallation,
    WaveStatus,
)

_STYLES = {
    Rollout.State.RUNNING: "bold cyan",
    Rollout.State.COMPLETED: "bold green",
    Rollout.State.PAUSED: "bold yellow",
    Rollout.State.HALTED: "bold red",
    Rollout.State.ABORTED: "bold red",
}
_EXAMPLE_LENGTH = 300


def line(status: Status, trouble: str = "") -> str:
    """Return *status* in one line, for logs and pipes; *trouble* is why nothing moves."""
    unfinished = (wave for wave in status["waves"] if wave["settled"] < wave["total"])
    wave = next(unfinished, None)
    parts = [
        f"{_title(status)}: {status['state']}",
        f"wave {wave['index'] + 1} of {len(status['waves'])} ({wave['label']})" if wave else "",
        _summary(status),
        _speed(status) if status["state"] == Rollout.State.RUNNING else "",
        trouble,
    ]
    return ", ".join(part for part in parts if part)


def page(status: Status, trouble: str = "") -> RenderableType:
    """Return *status* as a page: a bar per wave, speed, who is locked, what failed.

    *trouble* is why nothing moves.
    """
    heading = Text.assemble(
        f"{_title(status)}: ",
        (status["state"], _STYLES.get(Rollout.State(status["state"]), "")),
        f" after {_duration(status['seconds_elapsed'])}, {_summary(status)}",
    )
    parts: list[RenderableType] = [heading, _bars(status["waves"])]
    if trouble:
        parts.append(Text(trouble, style="bold red"))
    if status["state"] == Rollout.State.RUNNING:
        parts.append(Text(_speed(status)))
    if status["reason"]:
        parts.append(Text(status["reason"], style="yellow"))
    if status["locked_installations"]:
        parts.append(_locked(status["locked_installations"]))
    if status["waits"]:
        parts.append(_waits(status["waits"]))
    if status["failures"]:
        parts.append(_failures(status["failures"]))
    return Group(*parts)


def _summary(status: Status) -> str:
    """What happened to how many, in words that add up to all of them."""
    counted = _counted(status["counts"])
    parts = [
        f"{status['total']} installations",
        counted,
        f"{status['undoing']} being undone" if status["undoing"] else "",
        f"{status['locked']} locked" if status["locked"] else "",
        f"{status['not_started']} not started" if status["not_started"] else "",
    ]
    return ", ".join(filter(None, parts))


def _title(status: Status) -> str:
    return f"rollout {status['id']}, {status['connector']} to {status['version']}"


def _bars(waves: list[WaveStatus]) -> Table:
    table = Table.grid(padding=(0, 2))
    for wave in waves:
        table.add_row(
            f"wave {wave['index'] + 1}",
            wave["label"],
            ProgressBar(
                total=wave["total"],
                completed=wave["settled"],
                width=30,
                complete_style="cyan",
                finished_style="green",
            ),
            f"{wave['settled']}/{wave['total']}",
            _counted(wave["counts"]) or wave["state"],
        )
    return table


def _failures(groups: list[FailureGroup]) -> Table:
    table = Table("", "code", "count", "example", box=None)
    for group in groups:
        example = f"{group['label']} ({group['installation']}): {group['message']}"
        shown = example if len(example) <= _EXAMPLE_LENGTH else f"{example[:_EXAMPLE_LENGTH]} …"
        table.add_row(group["state"], group["code"], str(group["count"]), Text(shown))
    return table


def _locked(installations: list[LockedInstallation]) -> Table:
    table = Table("locked", "integration", "since", "state", "why", box=None)
    for row in installations:
        since = f"{row['since']:%Y-%m-%d %H:%M:%S} UTC" if row["since"] else ""
        why = f"{row['code']}: {row['message']}"[:_EXAMPLE_LENGTH]
        table.add_row(row["label"], row["installation"], since, row["state"], Text(why))
    return table


def _waits(installations: list[WaitingInstallation]) -> Table:
    table = Table("waits", "customer", "for", box=None)
    for row in installations:
        who = " ".join(filter(None, (row["email"] or row["name"], row["tag"])))
        needs = "; ".join(row["needs"]) or "nothing: now complete"
        table.add_row(row["installation"], who, Text(needs))
    return table


def _counted(counts: dict[str, int]) -> str:
    shown = {
        "in flight": sum(counts[state] for state in Push.IN_FLIGHT),
        **{state: counts[state] for state in Push.State.values if state not in Push.UNSETTLED},
    }
    return ", ".join(f"{count} {name}" for name, count in shown.items() if count)


def _speed(status: Status) -> str:
    seconds = status["seconds_remaining"]
    remaining = "" if seconds is None else f", about {_duration(seconds)} left"
    return f"{status['pushes_per_minute']:g} a minute{remaining}"


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
