"""Calls on their way through the function processes: laid on the desk, waited for, given up."""

from __future__ import annotations

import itertools
import logging
import queue
import time
from dataclasses import dataclass

from connector_kit.extension.accesslog import log_answer
from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.calllog import short
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.isolation.children import FunctionProcess, Nursery
from connector_kit.extension.isolation.crew import AT_FULL_SPEED, Crew
from connector_kit.extension.isolation.desk import QUICK_SECONDS, Desk, Seat
from connector_kit.extension.isolation.messages import (
    ANSWER,
    CALL,
    MOST,
    SMALL,
    TICKET,
    Gone,
    ids_as_bytes,
)
from connector_kit.extension.isolation.rooms import KEPT

log = logging.getLogger("connector_kit.extension")


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
        self._desk = Desk(self._limits.calls)
        self._waiting: set[int] = set()
        self._crew = Crew(
            self._desk,
            Nursery(target, self._limits.memory_mb, self._desk.inheritance),
            most=self._limits.calls,
            waiting=self._waiting,
        )
        self._is_stuck = False
        self._tickets = itertools.count(1)
        self._turns: queue.SimpleQueue[None] = queue.SimpleQueue()  # one for each free seat
        for _ in self._desk.seats:
            self._turns.put(None)
        self._free = list(reversed(self._desk.seats))  # the one used last first: it is warm

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
        """End the nursery and the processes that are idle; others end after their call."""
        self._crew.close()
        self._desk.close()

    def __call__(self, call: RawCall) -> Answer:
        """Return the answer to *call*, whatever its function does."""
        try:
            self._turns.get(timeout=self._limits.patience)
        except queue.Empty:
            return _busy(call)
        seat = self._free.pop()
        ticket = next(self._tickets)
        self._waiting.add(ticket)
        try:
            return self._answer(call, seat, ticket)
        except RuntimeError as failure:
            self._is_stuck = True
            return _not_loaded(call, failure)
        except NoRoomError:
            return _busy(call)
        except TimeoutError:
            seat.clear()
            return _failed(call, "function_timeout", _TOO_LONG.format(self._limits.seconds))
        except Gone:
            seat.clear()
            return _failed(call, "function_process_ended", _ENDED)
        finally:
            self._waiting.discard(ticket)
            self._free.append(seat)
            self._turns.put(None)

    def _answer(self, call: RawCall, seat: Seat, ticket: int) -> Answer:
        """Return the answer of a function process; raises what `__call__` makes refusals of."""
        if not self._crew:
            self._crew.start()
        laid_at = time.monotonic()
        self._lay_down(call, seat, ticket)
        message = self._message(seat, ticket, laid_at)
        _, status, is_last, of_body = ANSWER.unpack_from(message)
        body = message[ANSWER.size :] if of_body <= SMALL else seat.room.fetch(of_body)
        if max(of_body, len(call.body)) > KEPT:
            seat.room.tidy()
        if is_last:
            self._crew.remove_ending(ticket)
        elif len(self._crew) > 1:
            self._crew.relax()
        return Answer(status, body)

    def _lay_down(self, call: RawCall, seat: Seat, ticket: int) -> None:
        body = call.body
        ids = ids_as_bytes(call.request_id, call.trace_id and short(call.trace_id))
        head = CALL.pack(ticket, seat.number, call.began, len(ids), len(body)) + ids
        if len(ids) + len(body) <= SMALL:
            self._lay_on_desk(head + body)
        else:
            try:
                seat.room.leave(body)
            except OSError as failure:
                raise NoRoomError from failure
            self._lay_on_desk(head)

    def _lay_on_desk(self, message: bytes) -> None:
        give_up_at = 0.0
        while True:
            try:
                self._desk.near.send(message)
            except BlockingIOError:
                now = time.monotonic()
                give_up_at = give_up_at or now + self._limits.patience
                if now > give_up_at:
                    raise NoRoomError from None
                self._crew.reinforce(AT_FULL_SPEED)
            else:
                return

    def _message(self, seat: Seat, ticket: int, laid_at: float) -> bytes:
        """Return what the function process says."""
        while True:
            try:
                message = seat.near.recv(MOST)
            except BlockingIOError:
                self._see_after(seat, ticket, laid_at)
            else:
                if TICKET.unpack_from(message)[0] == ticket:
                    return message

    def _see_after(self, seat: Seat, ticket: int, laid_at: float) -> None:
        """Return when there is something at *seat*; this is where a call is given up.

        Raises TimeoutError when its time is up, `Gone` when the process that had taken it has
        ended, RuntimeError when nobody can take it.
        """
        is_there = False
        while not is_there:
            taken = self._crew.at(ticket)
            if taken is None:
                is_there = self._is_answered_untaken(seat, ticket, laid_at)
            else:
                is_there = self._is_answered(seat, *taken)

    def _is_answered_untaken(self, seat: Seat, ticket: int, laid_at: float) -> bool:
        """See that there is somebody to take the call; tell whether it was answered meanwhile."""
        try:
            self._crew.reinforce(AT_FULL_SPEED)
        except RuntimeError:
            if self._crew.withdraw(ticket):
                raise
        is_lost = self._desk.is_empty and self._crew.has_lost(since=laid_at)
        if seat.wait(QUICK_SECONDS):
            return True
        if is_lost and not self._crew.at(ticket):
            raise Gone
        return False

    def _is_answered(self, seat: Seat, process: FunctionProcess, since: float) -> bool:
        """See how the *process* fares that has the call; tell whether it has answered."""
        self._crew.reinforce(1)  # for the next call, now that this one is a slow one
        until = since + self._limits.seconds
        if process.wait(seat.near, until - time.monotonic()):
            return True
        if time.monotonic() < until:
            if not process.has_ended:
                return False
            if seat.wait(0):
                return True
        process.kill()
        self._crew.remove(process)
        raise TimeoutError if time.monotonic() >= until else Gone


class NoRoomError(Exception):
    """The desk is full of calls, and stays so."""


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
