"""Reading bodies: in time, within their size, and never more at once than there is room for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol, Self

from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import CUT_OFF, SMALL, UnreadableError
from connector_kit.extension.errors import ErrorEntry

TOO_SLOW = refusal(
    408,
    ErrorEntry("body_too_slow", "The body did not arrive in time."),
    headers={"Connection": "close"},
)
NO_ROOM = refusal(
    503,
    ErrorEntry("server_busy", "Too many large requests at once. Try again in a moment."),
    headers={"Retry-After": "1"},
)


class Stream(Protocol):
    """A body as Granian hands it out: all at once, or piece by piece."""

    async def __call__(self) -> bytes:
        """Return all of it; raises RuntimeError when it breaks off."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...


class Deadlines:
    """Ends what takes longer than *seconds*, by a TimeoutError; used on one event loop only.

    One timer serves all: an `asyncio.timeout` for each is an eighth of what a small call costs the
    serving process (9 of 73 µs).
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._deadlines: dict[asyncio.Task[object], float] = {}  # the earliest is first
        self._late: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        task = _current_task()
        self._deadlines[task] = time.monotonic() + self._seconds
        if self._timer is None:
            self._timer = task.get_loop().call_later(self._seconds, self._end_late)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        task = _current_task()
        del self._deadlines[task]
        if task in self._late:
            self._late.remove(task)
            if kind is asyncio.CancelledError:
                task.uncancel()
                raise TimeoutError

    def _end_late(self) -> None:
        self._timer = None
        now = time.monotonic()
        for task, deadline in self._deadlines.items():
            if deadline > now:
                self._timer = task.get_loop().call_later(deadline - now, self._end_late)
                return
            if task not in self._late:
                self._late.add(task)
                task.cancel()


class Budget:
    """The bytes of large bodies that there is room for; used on one event loop only."""

    def __init__(self, size: int) -> None:
        self.left = size


class Share:
    """What one body takes up of a *budget*, until it is no longer needed; nothing while small."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._taken = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._budget.left += self._taken

    def grow(self, size: int) -> None:
        """Make room for a body of *size* bytes; raises `UnreadableError` when there is none."""
        if size <= SMALL or size <= self._taken:
            return
        more = size - self._taken
        if more > self._budget.left:
            raise UnreadableError(NO_ROOM)
        self._budget.left -= more
        self._taken = size


@dataclass(frozen=True)
class Rule:
    """How much of a body is read: *limit* bytes, else *too_large* is the answer, by a deadline.

    For a caller who *is_known*, memory for the body is reserved when its length is announced; for
    anyone else, as it arrives, because announcing a length costs them nothing.
    """

    limit: int
    deadlines: Deadlines
    too_large: Answer
    is_known: bool = False


async def read(stream: Stream, length: int | None, rule: Rule, share: Share) -> bytes:
    """Return the body in *stream*, of *length* bytes, or of an unknown number when it is chunked.

    Raises `UnreadableError` for one that *rule* does not allow, for one that breaks off, and when
    there is no room.
    """
    if length == 0:
        return b""
    if length is not None and length > rule.limit:
        raise UnreadableError(rule.too_large)
    try:
        with rule.deadlines:
            if length is not None and (rule.is_known or length <= SMALL):
                share.grow(length)
                return await stream()
            return await _pieces(stream, length, rule, share)
    except TimeoutError:
        raise UnreadableError(TOO_SLOW) from None
    except RuntimeError:  # Granian's, when the connection is lost
        raise UnreadableError(CUT_OFF) from None


async def _pieces(stream: Stream, length: int | None, rule: Rule, share: Share) -> bytes:
    """Return the body, read piece by piece: only what has arrived takes up memory.

    Granian ends a body with an empty piece. One in the middle means an error, or trailers, which
    are not used in practice.
    """
    pieces: list[bytes] = []
    size, is_ended = 0, False
    async for piece in stream:
        if is_ended:
            raise UnreadableError(CUT_OFF)
        is_ended = not piece
        size += len(piece)
        if size > rule.limit:
            raise UnreadableError(rule.too_large)
        share.grow(size)
        pieces.append(piece)
    if length is not None and size < length:
        raise UnreadableError(CUT_OFF)
    return b"".join(pieces)


def _current_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker
    return task
