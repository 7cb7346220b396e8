"""Asking an application for several records at a time, as many as its connection allows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.http.wire import Document

MOST = 50
"""The highest ``concurrencyLevel`` (protocol/resources.md#connection)."""

One = TypeVar("One")


def concurrency_level(connection: Document) -> int:
    """Return how many requests a connection takes at a time: one, where it does not say.

    One with a rate limit takes one at a time (protocol/platform-2026.md#4).
    """
    for name in ("http", "rest", "wrapper"):
        if find(connection, (name, "rateLimit", "limit")):
            return 1
        level = find(connection, (name, "concurrencyLevel"))
        if isinstance(level, int) and not isinstance(level, bool) and level > 0:
            return min(level, MOST)
    return 1


async def for_each(items: Sequence[One], limit: int, do: Callable[[One], Awaitable[None]]) -> None:
    """Do something for every item, *limit* at a time; the first error ends the others."""
    waiting = iter(items)

    async def work() -> None:
        for item in waiting:
            await do(item)

    if limit == 1 or len(items) < 2:
        return await work()
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(limit, len(items))):
                group.create_task(work())
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several
