"""The function processes of one serving process: handed out, watched, replaced."""

from __future__ import annotations

import logging
import queue
import time
from contextlib import suppress
from dataclasses import dataclass

from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.isolation.children import FunctionProcess, Nursery
from connector_kit.extension.isolation.messages import Gone

log = logging.getLogger("connector_kit.extension")

IDLE_SECONDS = 60.0
"""How long a process that nobody needs is kept."""

AT_FULL_SPEED = 2
"""Calls that run at a time as long as all of them are quick: more would only get in each other's
way, since quick calls are those that compute."""

QUICK_SECONDS = 0.02
"""How long a call waits for another one to prove quick before it starts beside it."""

SLOW_FOR_SECONDS = 1.0
"""How long nobody waits again after one that waited in vain: those that run are not quick."""


@dataclass(frozen=True)
class Limits:
    """What calls may take, per serving process.

    *calls* run at a time, more wait *patience* seconds for their turn; a call that has not
    answered after *seconds* is ended, and one process may allocate *memory_mb* mebibytes (0: as
    many as there are).
    """

    calls: int = 16
    patience: float = 5.0
    seconds: float = 290.0
    memory_mb: int = 1024


class Processes:
    """Answers calls in processes that make one call at a time; thread-safe.

    *target* is ``package.module:function``; what it returns is the registry of functions. The
    nursery starts with the first call, or with `start`. Raises nothing: what goes wrong is an
    answer.
    """

    def __init__(self, target: str, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._nursery = Nursery(target, self._limits.memory_mb)
        self._turns = _tokens(self._limits.calls)
        self._at_full_speed = _tokens(min(AT_FULL_SPEED, self._limits.calls))
        self._slow_until = 0.0
        self._idle: list[FunctionProcess] = []

    def start(self) -> None:
        """Import the functions and fork a first process; raises RuntimeError when that fails."""
        self._idle.append(self._nursery.fork(self._limits.seconds))

    def close(self) -> None:
        """End the nursery and the processes that are idle."""
        while self._idle:
            self._idle.pop().close()
        self._nursery.close()

    def __call__(self, call: RawCall) -> Answer:
        """Return the answer to *call*, whatever its function does."""
        try:
            turn = self._turns.get(timeout=self._limits.patience)
        except queue.Empty:
            log.warning("logName=callRefused, _reqId=%s, reason=busy", call.request_id)
            return _BUSY
        try:
            return self._when_others_are_done(call)
        finally:
            self._turns.put(turn)

    def _when_others_are_done(self, call: RawCall) -> Answer:
        """Answer *call* when a quick one has ended, or at once when those that run are not."""
        are_slow = time.monotonic() < self._slow_until
        try:
            token = self._at_full_speed.get(not are_slow, QUICK_SECONDS)
        except queue.Empty:
            if not are_slow:
                self._slow_until = time.monotonic() + SLOW_FOR_SECONDS
            return self._answer(call)
        try:
            return self._answer(call)
        finally:
            self._at_full_speed.put(token)

    def _answer(self, call: RawCall) -> Answer:
        try:
            process = self._charged(call)
        except (RuntimeError, OSError) as failure:
            log.error("logName=noFunctionProcess, _reqId=%s, %s", call.request_id, failure)  # noqa: TRY400
            return _NOT_LOADED
        try:
            answer, is_last = process.answer()
        except BlockingIOError:
            process.kill()
            return self._failed(call, "function_timeout", _TOO_LONG.format(self._limits.seconds))
        except (Gone, OSError):
            process.kill()
            return self._failed(call, "function_process_ended", _ENDED)
        if is_last:
            process.close()
        else:
            self._give_back(process)
        return answer

    def _charged(self, call: RawCall) -> FunctionProcess:
        """Return a process that has *call* to answer; the one used last, so that others may go."""
        while self._idle:
            with suppress(IndexError):
                process = self._idle.pop()
                try:
                    process.charge(call)
                except OSError:  # it ended while it was idle, so the call has not begun
                    process.kill()
                else:
                    return process
        process = self._nursery.fork(self._limits.seconds)
        process.charge(call)
        return process

    def _give_back(self, process: FunctionProcess) -> None:
        process.idle_since = time.monotonic()
        self._idle.append(process)
        with suppress(IndexError):
            oldest = self._idle[0]
            if oldest.idle_since < process.idle_since - IDLE_SECONDS:
                self._idle.remove(oldest)
                oldest.close()

    def _failed(self, call: RawCall, code: str, message: str) -> Answer:
        log.error(
            "logName=callFunctionFailed, code=%s, _reqId=%s, traceId=%s",
            code,
            call.request_id,
            call.trace_id,
        )
        return refusal(422, ErrorEntry(code, message))


def _tokens(count: int) -> queue.SimpleQueue[None]:
    """Return a queue with *count* tokens: a semaphore that takes no lock of Python's."""
    tokens: queue.SimpleQueue[None] = queue.SimpleQueue()
    for _ in range(count):
        tokens.put(None)
    return tokens


_BUSY = refusal(
    503,
    ErrorEntry("server_busy", "All function processes are busy; call again in a moment."),
    headers={"Retry-After": "1"},
)

_NOT_LOADED = refusal(
    503,
    ErrorEntry("functions_not_loaded", "The functions could not be loaded; the log says why."),
    headers={"Retry-After": "10"},
)

_TOO_LONG = (
    "The function did not answer within {:g} seconds and was ended. Do long work in steps, or "
    "raise CONNECTOR_KIT_CALL_SECONDS."
)

_ENDED = (
    "The process that ran the function ended before it answered: it ran out of memory, crashed, "
    "or ended itself. Other calls were not affected."
)
