"""Whether two clocks agree. Pure, but for the clock of this machine, which is passed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from connector_kit.server.doctor.findings import Finding, ok, warning

TOLERATED = timedelta(seconds=30)
"""How far clocks may differ: links, sessions, and one-time tokens are valid for minutes."""


def compare_clocks(whose: str, there: datetime, here: datetime) -> Finding:
    """Return the finding about the clock of *whose* (``the database``), both times aware."""
    ahead = there - here
    if abs(ahead) <= TOLERATED:
        return ok("clock", f"The clocks of this machine and {whose} agree.")
    word = "ahead of" if ahead > timedelta(0) else "behind"
    return warning(
        "clock",
        "clock_skew",
        f"The clock of {whose} is {abs(ahead).total_seconds():.0f} seconds {word} this machine's.",
        "Synchronize both by NTP: links, sessions, and one-time tokens expire by the clock.",
    )


def read_date(header: str | None) -> datetime | None:
    """Return what an answer's header ``Date`` says; None where it is missing or unusable."""
    try:
        moment = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
