"""Reading bodies: in time, within their size, and never more at once than there is room for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol, Self

from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import CUT_OFF, SMALL, UnreadableError
from connector_kit.extension.errors import ErrorEntry

TOO_SLOW = refusal(
    408,
    ErrorEntry("body_too_slow", "The body did not come in time."),
    headers={"Connection": "close"},
)
NO_ROOM = refusal(
    503,
    ErrorEntry("server_busy", "Too many large bodies are coming in; send it again in a moment."),
    headers={"Retry-After": "1"},
)


class Stream(Protocol):
    """A body as Granian hands it out: all at once, or piece by piece."""

    async def __call__(self) -> bytes:
        """Return all of it; raises RuntimeError when it breaks off."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...


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
    """What is read of a body: *limit* bytes in *seconds*, or *too_large* is the answer.

    Room for the body of somebody who *is_known* is made when it is announced, for that of anybody
    else as it comes: announcing costs nothing.
    """

    limit: int
    seconds: float
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
        async with asyncio.timeout(rule.seconds):
            if length is not None and (rule.is_known or length <= SMALL):
                share.grow(length)
                return await stream()
            return await _pieces(stream, length, rule, share)
    except TimeoutError:
        raise UnreadableError(TOO_SLOW) from None
    except RuntimeError:  # Granian's, when the connection is lost
        raise UnreadableError(CUT_OFF) from None


async def _pieces(stream: Stream, length: int | None, rule: Rule, share: Share) -> bytes:
    """Return the body, read piece by piece: only what has really come takes up room.

    Granian ends a body with an empty piece. One in the middle stands for an error, or for trailers,
    which nobody sends.
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
