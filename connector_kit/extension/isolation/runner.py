"""Calls on their way through the function processes: sent, waited for, given up."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, TypeVar

from connector_kit.extension.accesslog import log_answer
from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.isolation import confinement
from connector_kit.extension.isolation.asking import Answerer, answer_question
from connector_kit.extension.isolation.buffers import KEPT
from connector_kit.extension.isolation.children import (
    ForkServer,
    FunctionProcess,
    LimitExceededError,
    ProcessOptions,
    for_functions,
)
from connector_kit.extension.isolation.messages import (
    ANSWER,
    QUESTION,
    REPORT,
    ids_as_bytes,
)
from connector_kit.extension.isolation.pool import BusyError, Pool
from connector_kit.extension.threads import (
    CallingThread,
    QueueFullError,
    Threads,
    background_loop,
)
from connector_kit.logs import Event, short
from connector_kit.stack_settings import Limits

BLOCKING_THREADS = 4
"""Threads for what would block the loop: forking, killing, inspecting, copying large bodies."""

log = logging.getLogger("connector_kit.extension")

Result = TypeVar("Result")


class Executor(Protocol):
    """Runs jobs that may block; `Threads` and `CallingThread` do."""

    def run(self, job: Callable[[], Result]) -> Awaitable[Result]:
        """Return what *job* returns."""


class Processes:
    """Answers calls in processes that make one call at a time.

    *target* is ``package.module:function``; what it returns is the registry of functions. The
    fork server starts with the first call, or with `start`. Raises nothing: what goes wrong is an
    answer.

    Functions that are *trusted* have the environment and the rights of the server; all others get
    what is plain of the environment, and the variables *named*. *answerer* answers what
    function processes ask, and *otherwise* gets the calls of functions that they do not have.

    `answer` is for the event loop that `bind` names; calling it as a function is for any thread.
    """

    def __init__(
        self,
        target: str,
        limits: Limits | None = None,
        *,
        is_trusted: bool = False,
        named: tuple[str, ...] = (),
        answerer: Answerer | None = None,
        otherwise: Processes | None = None,
    ) -> None:
        confinement.hide()
        self._limits = limits = limits or Limits()
        self._answerer = answerer
        self._otherwise = otherwise
        self._server = ForkServer(
            ProcessOptions(
                target,
                memory_mb=limits.memory_mb,
                calls=limits.calls_per_process,
                seconds=limits.seconds,
                is_confined=not is_trusted,
                environment=None if is_trusted else for_functions(os.environ, named),
            )
        )
        self._threads = Threads("function-processes", BLOCKING_THREADS, limits.calls)
        self._answerers = Threads("answerer", limits.calls, limits.calls)
        self._pool = Pool(
            self._server,
            self._threads,
            size=limits.calls,
            # Those of trusted functions hold connections to the database: none stays without work.
            kept=0 if is_trusted else 1,
            processes=limits.processes,
            memory=limits.memory_mb * 1024 * 1024,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_stuck = False

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Manage the processes on *loop*. Call this before the first call."""
        self._loop = loop
        if self._otherwise is not None:
            self._otherwise.bind(loop)

    def start(self) -> None:
        """Import the functions and fork a first process; raises RuntimeError when that fails.

        Blocks meanwhile.
        """
        process = self._server.fork()
        if self._loop is None:
            self._pool.add(process)
        else:
            self._loop.call_soon_threadsafe(self._pool.add, process)

    def can_serve(self) -> bool:
        """Tell whether the functions can be loaded; tries it when the last call could not be.

        May block.
        """
        if not self._is_stuck:
            return True
        try:
            self.start()
        except RuntimeError:
            return False
        self._is_stuck = False
        return True

    def renew(self) -> None:
        """Have every call that comes from now on answered by the code that is there now."""
        try:
            is_on_loop = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            is_on_loop = False
        if is_on_loop or self._loop is None:
            self._pool.renew()
        else:
            self._loop.call_soon_threadsafe(self._pool.renew)

    def close(self) -> None:
        """End the processes that are idle and the fork server; others end after their call."""
        if self._loop is None or not self._loop.is_running():
            self._pool.close()
        else:

            async def close() -> None:
                self._pool.close()

            asyncio.run_coroutine_threadsafe(close(), self._loop).result()

    def __call__(self, call: RawCall, *, seconds: float | None = None) -> Answer:
        """Return the answer to *call*, whatever its function does; blocks meanwhile.

        With *seconds* it has less time than others. Questions are answered in this thread.
        """
        if self._loop is None:
            self.bind(background_loop())
        assert self._loop is not None  # noqa: S101 - for the type checker
        thread = CallingThread(self._loop)
        return thread.wait_for(self.answer(call, seconds=seconds, answerers=thread))

    async def answer(
        self, call: RawCall, *, seconds: float | None = None, answerers: Executor | None = None
    ) -> Answer:
        """Return the answer to *call*, whatever its function does.

        With *seconds* it has less time than others. Questions are answered by *answerers*.
        """
        seconds = min(seconds or self._limits.seconds, self._limits.seconds)
        try:
            answer = await self._exchange(call, seconds, answerers or self._answerers)
        except RuntimeError as failure:
            self._is_stuck = True
            fields = [("_reqId", call.request_id), ("reason", failure)]
            log.error(Event("noFunctionProcess", fields))  # noqa: TRY400 - the reason says it all
            answer = _logged(call, _NOT_LOADED)
        except (BusyError, QueueFullError):
            answer = _busy(call)
        except TimeoutError:
            answer = _failed(call, "function_timeout", _TOO_LONG.format(seconds))
        except LimitExceededError as excess:
            answer = _failed(call, excess.code, str(excess))
        except ConnectionError:
            answer = _failed(call, "function_process_ended", _ENDED)
        if answer is not None:
            return answer
        if self._otherwise is None:
            return _busy(call)
        return await self._otherwise.answer(call, seconds=seconds, answerers=answerers)

    async def _exchange(self, call: RawCall, seconds: float, answerers: Executor) -> Answer | None:
        """Return the answer of a function process, or None when these processes lack the function.

        Raises the errors that `answer` turns into refusals.
        """
        process, report = await self._send(call, seconds)
        is_last = True
        try:
            kind, is_last, status, body = await self._result(process, report, answerers)
        except (TimeoutError, LimitExceededError, ConnectionError):
            await self._threads.run(process.kill)
            raise
        except BaseException:  # such as a cancellation: nothing waits for the answer now
            process.kill(0)
            raise
        finally:
            if is_last:
                self._pool.remove(process)
            else:
                self._pool.release(process)
        return Answer(status, body) if kind == ANSWER else None

    async def _send(
        self, call: RawCall, seconds: float
    ) -> tuple[FunctionProcess, asyncio.Future[bytes]]:
        """Return the process that has taken *call*, and its report."""
        ids = ids_as_bytes(call.request_id, call.trace_id and short(call.trace_id))
        while True:
            process = await self._pool.acquire(self._limits.patience, seconds)
            try:
                report = process.next_report()
                if len(call.body) <= KEPT:
                    process.channel.send(call.body, ids, call.began)
                else:
                    send = partial(process.channel.send, call.body, ids, call.began)
                    await self._threads.run(send)
            except ConnectionError:  # it has ended while it was idle
                self._pool.remove(process)
            except (MemoryError, OSError):
                self._pool.remove(process)
                raise BusyError from None
            except BaseException:  # such as a cancellation: it may have begun the call
                process.kill(0)
                self._pool.remove(process)
                raise
            else:
                return process, report

    async def _result(
        self, process: FunctionProcess, report: asyncio.Future[bytes], answerers: Executor
    ) -> tuple[int, bool, int, bytes]:
        """Return the last report of *process*, after answering its questions."""
        while True:
            message = await report
            kind, is_last, status, size = REPORT.unpack_from(message)
            is_answered = kind != QUESTION
            take = process.channel.take_all if is_answered else process.channel.body_of
            if max(size, process.channel.used) <= KEPT:
                body = take(message, size)
            else:
                body = await self._threads.run(partial(take, message, size))
            if is_answered:
                return kind, bool(is_last), status, body
            reply = await answerers.run(partial(answer_question, self._answerer, body))
            report = process.next_report()
            process.channel.send(reply)


def _busy(call: RawCall) -> Answer:
    log.warning(Event("callRefused", [("_reqId", call.request_id), ("reason", "busy")]))
    return _logged(call, _BUSY)


def _failed(call: RawCall, code: str, message: str) -> Answer:
    fields = [("code", code), ("_reqId", call.request_id), ("traceId", call.trace_id)]
    log.error(Event("callFunctionFailed", fields))
    return _logged(call, refusal(422, ErrorEntry(code, message)))


def _logged(call: RawCall, answer: Answer) -> Answer:
    """Return *answer*, which is not a function process's: they log their own."""
    log_answer(call, None, answer)
    return answer


_BUSY = refusal(
    503,
    ErrorEntry("server_busy", "All function processes are busy. Try again in a moment."),
    headers={"Retry-After": "1"},
)

_NOT_LOADED = refusal(
    503,
    ErrorEntry(
        "functions_not_loaded", "The functions could not be loaded. See the log for the cause."
    ),
    headers={"Retry-After": "10"},
)

_TOO_LONG = (
    "The function did not return within {:g} seconds and was stopped. Split long work into "
    "steps, or increase CONNECTOR_KIT_CALL_SECONDS."
)

_ENDED = (
    "The process that ran the function ended before the function returned: it ran out of memory, "
    "crashed, or exited. Other calls were not affected."
)
