"""What any exception says of itself, also one that cannot say it.

Exceptions are other people's code: their text may fail to be made, be none, or hold what nobody can
store, and asking for their code may raise. Whoever records or reports one asks here.
"""

from __future__ import annotations

import traceback
from pathlib import Path

from connector_kit import storable

_INFRASTRUCTURE = frozenset(
    {"psycopg", "psycopg2", "sqlite3", "redis", "kombu", "amqp", "billiard", "celery"}
)
"""Whose exceptions tell of the server's own parts; those of ``django.db`` do, too."""

FRAMES = 6
"""Innermost frames that tell where something happened."""


def code_in(failure: BaseException) -> str:
    """Return the *failure*'s own code, a text, else the name of its class."""
    try:
        code = None if isinstance(failure, SystemExit) else getattr(failure, "code", None)
    except (Exception, SystemExit):  # noqa: BLE001 - a property of somebody else's
        code = None
    own = code if isinstance(code, str) and code else type(failure).__name__
    return storable.text(own)


def message_in(failure: BaseException) -> str:
    """Return the *failure*'s text; where it cannot be shown, that, and what stands in the way."""
    try:
        return storable.text(str(failure))
    except (Exception, SystemExit) as trouble:  # noqa: BLE001 - a method of somebody else's
        what = f"{type(trouble).__name__} at {places_in(trouble) or 'its text'}"
        return storable.text(f"The {type(failure).__name__} could not be shown: {what}.")


def is_of_infrastructure(failure: BaseException) -> bool:
    """Tell whether a database or a broker has failed: its text names hosts, tables and values."""
    modules = (cls.__module__.partition(".") for cls in type(failure).__mro__)
    return any(
        top in _INFRASTRUCTURE or (top == "django" and rest.partition(".")[0] == "db")
        for top, _, rest in modules
    )


def is_shown(failure: BaseException) -> bool:
    """Tell whether the *failure* has a text."""
    try:
        str(failure)
    except (Exception, SystemExit):  # noqa: BLE001 - as above
        return False
    return True


def places_in(failure: BaseException) -> str:
    """Return where in the code it happened, the innermost place first; without any data."""
    frames = traceback.extract_tb(failure.__traceback__)[-FRAMES:]
    return " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )


def traceback_in(failure: BaseException) -> str:
    """Return its traceback without its text, for the log."""
    frames = "".join(traceback.format_tb(failure.__traceback__))
    return f"Traceback (most recent call last):\n{frames}{type(failure).__name__}"
