"""Threads that a function leaves running: they belong to its call.

Only for a process that makes one call at a time: there, every new thread is the call's.
"""

from __future__ import annotations

import concurrent.futures.thread as executors
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

from connector_kit.extension.invoke import Function, invoke

GRACE = 1.0
"""Seconds that a call waits for threads which its function has left running."""


class Alone:
    """Invokes functions in a process that has nothing else to do.

    `is_spent` tells that a call has left something that must not affect the next one: a running
    thread, or a process that was out of memory.
    """

    def __init__(self, *, grace: float = GRACE) -> None:
        self._grace = grace
        self.is_spent = False

    def __call__(self, function: Function, options: Any) -> Any:
        """Return the function's answer when all its threads have ended; see `invoke`."""
        leftovers = Leftovers(grace=self._grace)
        try:
            with leftovers:
                return invoke(function, options)
        except MemoryError:
            self.is_spent = True
            raise
        finally:
            self.is_spent |= leftovers.remain


class Leftovers:
    """Waits for the threads that were started inside the context, and raises what they raise.

    Threads of executors, which stay for the next call, and daemons are not waited for. `remain`
    tells whether a thread is still at work when the context has ended.
    """

    def __init__(self, *, grace: float) -> None:
        self._grace = grace
        self._failures: list[BaseException] = []
        self.remain = False

    def __enter__(self) -> Self:
        self._before = threading.enumerate()
        self._hook: Callable[[Any], Any] = threading.excepthook
        threading.excepthook = lambda failure: self._failures.append(
            failure.exc_value or failure.exc_type()
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if threading.active_count() != len(self._before):
            until = time.monotonic() + self._grace
            for thread in self._new_threads():
                thread.join(max(0.0, until - time.monotonic()))
            self.remain = any(True for _ in self._new_threads())
        threading.excepthook = self._hook
        if error is None and self._failures:
            raise self._failures[0]

    def _new_threads(self) -> Iterator[threading.Thread]:
        of_executors = getattr(executors, "_threads_queues", {})
        for thread in threading.enumerate():
            if not (thread in self._before or thread.daemon or thread in of_executors):
                yield thread
