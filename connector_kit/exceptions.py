"""The text and code of any exception, even one that fails to give them.

Exceptions are other people's code: their text may fail to render, take forever, never end, not be
text at all, or contain what cannot be stored, and reading their code may raise. Code that records
or reports an exception asks here.
"""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connector_kit import storable

_INFRASTRUCTURE = frozenset(
    {"psycopg", "psycopg2", "sqlite3", "redis", "kombu", "amqp", "billiard", "celery"}
)
"""Packages whose exceptions concern the server's own parts, as do those of ``django.db``."""

FRAMES = 6
"""Innermost frames that are reported."""

LONGEST = 10_000
"""Characters of a message."""

PATIENCE = 0.5
"""Seconds that an exception has to give its text."""

_OF_A_GROUP = 5
"""Exceptions of a group that are reported one by one."""


def code_in(failure: BaseException) -> str:
    """Return the *failure*'s own code, a text, else the name of its class."""
    code = None
    if not isinstance(failure, SystemExit):
        code, _ = _asked(lambda: getattr(failure, "code", None))
    own = code if isinstance(code, str) and code else _name(failure)
    return storable.cut(own, LONGEST)


def message_in(failure: BaseException) -> str:
    """Return the *failure*'s text; if it cannot be shown, say so, and why.

    For a group, that is its own text and the first of the exceptions in it, each with its place.
    """
    text, trouble = _text(failure)
    if trouble is not None:
        what = f"{_name(trouble)} at {places_in(trouble) or 'its text'}"
        text = f"The {_name(failure)} could not be shown: {what}."
    if isinstance(failure, BaseExceptionGroup):
        for part in _parts(failure)[:_OF_A_GROUP]:
            places = places_in(part)
            message = message_in(part)[: LONGEST // (2 * _OF_A_GROUP)]
            text += f"; {_name(part)}: {message}" + (f" (at {places})" if places else "")
    return storable.cut(text, LONGEST)


def is_of_infrastructure(failure: BaseException) -> bool:
    """Tell whether a database or a broker has failed: its text names hosts, tables and values."""
    modules = (cls.__module__.partition(".") for cls in type(failure).__mro__)
    return any(
        top in _INFRASTRUCTURE or (top == "django" and rest.partition(".")[0] == "db")
        for top, _, rest in modules
    )


def is_shown(failure: BaseException) -> bool:
    """Tell whether the *failure* has a text."""
    return _text(failure)[1] is None


def places_in(failure: BaseException) -> str:
    """Return where in the code it happened, the innermost place first; without any data."""
    frames = traceback.extract_tb(failure.__traceback__)[-FRAMES:]
    return " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )


def traceback_in(failure: BaseException) -> str:
    """Return its traceback without its text, for the log."""
    frames = "".join(traceback.format_tb(failure.__traceback__))
    return f"Traceback (most recent call last):\n{frames}{_name(failure)}"


def _text(failure: BaseException) -> tuple[str, BaseException | None]:
    text, trouble = _asked(lambda: str.__str__(str(failure)))  # of a subclass, the text itself
    return (text or "")[:LONGEST], trouble


def _asked(question: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """Return the answer to *question*, which is someone else's code, or what prevented one."""
    try:
        with _in_time():
            return question(), None
    except KeyboardInterrupt:
        raise
    except BaseException as trouble:  # noqa: BLE001 - whatever it is, the failure is reported
        return None, trouble


class TakesTooLong(BaseException):
    """An exception did not answer in time; only `_asked` catches this."""


@contextmanager
def _in_time() -> Iterator[None]:
    """End the body by `TakesTooLong`, where that can be done: in a main thread without alarms."""
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
        yield
        return

    def interrupt(*_: object) -> None:
        raise TakesTooLong

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _parts(group: BaseException) -> list[BaseException]:
    """Return the exceptions of *group* that are not groups themselves, however they are nested."""
    found, waiting = [], [group]
    while waiting:
        failure = waiting.pop(0)
        if isinstance(failure, BaseExceptionGroup):
            waiting.extend(failure.exceptions)
        else:
            found.append(failure)
    return found


def _name(failure: BaseException) -> str:
    """Return the name of its class, whatever a metaclass would say."""
    name: str = type.__dict__["__name__"].__get__(type(failure))
    return name
