"""Schedules of flows: six-field cron, the first field always ``?`` (protocol/resources.md#flow)."""

from __future__ import annotations

from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

_START = datetime(2026, 1, 1, tzinfo=UTC)


def schedule_problem(schedule: object) -> str | None:
    """Return what is wrong with *schedule*, None when nothing is; empty text means no schedule."""
    if schedule == "":
        return None
    if not isinstance(schedule, str):
        return "The schedule must be text"
    if not schedule.startswith("? ") or len(schedule.split()) != 6:
        return (
            "A schedule has six fields, and the first must be ?. For example, '? 0 2 ? * "
            "*' is 2 a.m."
        )
    try:
        _read(schedule)
    except CronSimError as error:
        return f"This schedule is not valid ({error})"
    return None


def in_words(schedule: str) -> str:
    """Return *schedule* in words; as it is written where it cannot be read."""
    try:
        return _read(schedule).explain()
    except CronSimError:
        return schedule


def _read(schedule: str) -> CronSim:
    """The five fields of cron, whose day of the month or of the week may be ``?`` too."""
    _, *fields = schedule.split()
    return CronSim(" ".join(fields).replace("?", "*"), _START)
