"""Where function processes are looked after: on the server's event loop, or on one of our own."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any, TypeVar

Result = TypeVar("Result")


@cache
def background_loop() -> asyncio.AbstractEventLoop:
    """Return a loop that runs in a thread of its own, for servers that have none."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="function-processes", daemon=True).start()
    return loop


class CallingThread:
    """A thread that waits for what a *loop* does, and meanwhile does jobs for it.

    So a question is answered where the call was made: with the caller's connection to the database.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._jobs: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()

    async def run(self, job: Callable[[], Result]) -> Result:
        """Return what *job* returns in the thread that waits; it raises nothing."""
        future: asyncio.Future[Result] = self._loop.create_future()

        def finish(result: Result) -> None:
            if not future.done():
                future.set_result(result)

        self._jobs.put(lambda: self._loop.call_soon_threadsafe(finish, job()))
        return await future

    def wait_for(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Return what *work* returns on the loop; raises what it raises.

        What interrupts the thread (Ctrl-C, a task's time limit) cancels the work.
        """
        done = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.add_done_callback(lambda _: self._jobs.put(None))
        try:
            while (job := self._jobs.get()) is not None:
                job()
        except BaseException:
            done.cancel()
            raise
        return done.result()
