"""Dates as people type them: ISO text, or the date format of their profile.

The platform writes ISO text to a connector's documents but may also send a user's own format
(settings-forms.md#42-fieldmap). It does not say which one, so the month comes first, as in the
platform's default, unless it cannot.
"""

from datetime import date, datetime

_DATES = tuple(
    order.replace("/", separator)
    for separator in ("/", "-", ".")
    for order in ("%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%m/%d/%y")
)
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")


def iso_date(text: str) -> str | None:
    """Return the day that *text* names as ISO text (moments stay), None when it names none."""
    return _iso(text.strip(), _DATES, as_day=True)


def iso_moment(text: str) -> str | None:
    """Return the moment that *text* names as ISO text, None when it names none."""
    moments = tuple(f"{day} {time}" for day in _DATES for time in _TIMES)
    return _iso(text.strip(), (*moments, *_DATES), as_day=False)


def day_of(value: str) -> date | None:
    """Return the day of ISO text, None when it is none."""
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def _iso(text: str, formats: tuple[str, ...], *, as_day: bool) -> str | None:
    if day_of(text) is not None:
        return text
    for format_ in formats:
        try:
            found = datetime.strptime(text, format_)  # noqa: DTZ007  the user's own time zone
        except ValueError:
            continue
        return found.date().isoformat() if as_day else found.isoformat()
    return None
