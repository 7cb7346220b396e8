"""Calls on their way through the function processes: sent, waited for, given up."""

from __future__ import annotations

import logging
import os
import queue
import time
from collections.abc import Callable

from connector_kit.extension.accesslog import log_answer
from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.isolation import confinement, environment
from connector_kit.extension.isolation.asking import Answerer, answered
from connector_kit.extension.isolation.channels import ids_in
from connector_kit.extension.isolation.children import (
    LOOK_EVERY,
    FunctionProcess,
    Nursery,
    TooMuchError,
    Upbringing,
)
from connector_kit.extension.isolation.crew import BusyError, Crew
from connector_kit.extension.isolation.messages import ANSWER, QUESTION, REPORT, Gone
from connector_kit.logs import short
from connector_kit.stack_settings import Limits

log = logging.getLogger("connector_kit.extension")

Run = Callable[[RawCall], Answer]


class Processes:
    """Answers calls in processes that make one call at a time; thread-safe.

    *target* is ``package.module:function``; what it returns is the registry of functions. The
    nursery starts with the first call, or with `start`. Raises nothing: what goes wrong is an
    answer.

    Functions that are *trusted* have the environment and the rights of the server; all others get
    what is plain of the environment, and the variables *named*. *answerer* answers what
    function processes ask, and *otherwise* gets the calls of functions that they do not have.
    """

    def __init__(
        self,
        target: str,
        limits: Limits | None = None,
        *,
        is_trusted: bool = False,
        named: tuple[str, ...] = (),
        answerer: Answerer | None = None,
        otherwise: Run | None = None,
    ) -> None:
        confinement.hide()
        self._limits = limits or Limits()
        self._answerer = answerer
        self._otherwise = otherwise or _busy
        upbringing = Upbringing(
            target,
            memory_mb=self._limits.memory_mb,
            calls=self._limits.calls_per_process,
            seconds=self._limits.seconds,
            is_confined=not is_trusted,
            environment=None if is_trusted else environment.for_functions(os.environ, named),
        )
        # Those of trusted functions hold connections to the database: none stays without work.
        kept = 0 if is_trusted else 1
        self._crew = Crew(Nursery(upbringing), most=self._limits.calls, kept=kept)
        self._is_stuck = False
        self._turns: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(self._limits.calls):
            self._turns.put(None)

    def start(self) -> None:
        """Import the functions and fork a first process; raises RuntimeError when that fails."""
        self._crew.start()

    def can_serve(self) -> bool:
        """Tell whether the functions can be loaded; tries it when the last call could not be."""
        if not self._is_stuck:
            return True
        try:
            self._crew.start()
        except RuntimeError:
            return False
        self._is_stuck = False
        return True

    def close(self) -> None:
        """End the processes that are idle and the nursery; others end after their call."""
        self._crew.close()

    def __call__(self, call: RawCall, *, seconds: float | None = None) -> Answer:
        """Return the answer to *call*, whatever its function does.

        With *seconds* it has less time than others.
        """
        seconds = min(seconds or self._limits.seconds, self._limits.seconds)
        try:
            self._turns.get(timeout=self._limits.patience)
        except queue.Empty:
            return _busy(call)
        try:
            answer = self._answer(call, seconds)
        except RuntimeError as failure:
            self._is_stuck = True
            return _not_loaded(call, failure)
        except (BusyError, TimeoutError, TooMuchError, Gone) as failure:
            return _refused(call, failure, seconds)
        finally:
            self._turns.put(None)
        return answer or self._otherwise(call)

    def _answer(self, call: RawCall, seconds: float) -> Answer | None:
        """Return the answer of a function process, None when the function is none of theirs.

        Raises what `__call__` makes refusals of.
        """
        process = self._begun(call)
        is_last = True
        try:
            kind, is_last, status, body = self._report(process, seconds)
        except (TimeoutError, TooMuchError, Gone):
            process.kill()
            raise
        finally:
            if is_last:
                self._crew.remove(process)
            else:
                process.near.wipe()
                self._crew.give_back(process)
        return Answer(status, body) if kind == ANSWER else None

    def _begun(self, call: RawCall) -> FunctionProcess:
        """Return the process that *call* was sent to: one that is there, and takes it."""
        ids = ids_in(call, call.trace_id and short(call.trace_id))
        while True:
            process = self._crew.take(self._limits.patience)
            try:
                process.near.send(call, ids)
            except ConnectionError:  # it has ended while it was idle
                self._crew.remove(process)
            except MemoryError:
                self._crew.remove(process)
                raise BusyError from None
            else:
                return process

    def _report(self, process: FunctionProcess, seconds: float) -> tuple[int, bool, int, bytes]:
        """Return what *process* reports in the end; its questions are answered meanwhile."""
        while True:
            try:
                message = process.near.hear()
            except BlockingIOError:
                self._see_after(process, seconds)
                continue
            if not message:
                raise Gone
            kind, is_last, status, size = REPORT.unpack_from(message)
            body = process.near.body_of(message, size)
            if kind != QUESTION:
                return kind, bool(is_last), status, body
            process.near.reply(answered(self._answerer, body))

    def _see_after(self, process: FunctionProcess, seconds: float) -> None:
        """Return when *process* reports something; this is where a call is given up.

        Raises TimeoutError when its time is up, `TooMuchError` when it takes too much else, `Gone`
        when the process has ended.
        """
        self._crew.reinforce(1)  # for the next call, now that this one is a slow one
        until = process.since + seconds
        memory = self._limits.memory_mb * 1024 * 1024
        while not process.reports_within(min(LOOK_EVERY, until - time.monotonic())):
            if time.monotonic() >= until:
                raise TimeoutError
            if process.has_ended and not process.reports_within(0):
                raise Gone
            process.hold_to(self._limits.processes, memory)


def _refused(call: RawCall, failure: Exception, seconds: float) -> Answer:
    """Return the answer to a *call* that came to no end."""
    if isinstance(failure, BusyError):
        return _busy(call)
    if isinstance(failure, TimeoutError):
        return _failed(call, "function_timeout", _TOO_LONG.format(seconds))
    if isinstance(failure, TooMuchError):
        return _failed(call, failure.code, str(failure))
    return _failed(call, "function_process_ended", _ENDED)


def _busy(call: RawCall) -> Answer:
    log.warning("logName=callRefused, _reqId=%s, reason=busy", call.request_id)
    return _logged(call, _BUSY)


def _not_loaded(call: RawCall, failure: RuntimeError) -> Answer:
    log.error("logName=noFunctionProcess, _reqId=%s, %s", call.request_id, failure)
    return _logged(call, _NOT_LOADED)


def _failed(call: RawCall, code: str, message: str) -> Answer:
    log.error(
        "logName=callFunctionFailed, code=%s, _reqId=%s, traceId=%s",
        code,
        call.request_id,
        call.trace_id,
    )
    return _logged(call, refusal(422, ErrorEntry(code, message)))


def _logged(call: RawCall, answer: Answer) -> Answer:
    """Return *answer*, which is not a function process's: they log their own."""
    log_answer(call, None, answer)
    return answer


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
