"""A function process: one call after the other, until it is told, or has reason, to end."""

from __future__ import annotations

import resource
import socket
import time
from functools import partial
from pathlib import Path

from connector_kit.extension.accesslog import access_log, log_answer
from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.dispatch import Dispatcher
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.isolation.desk import LEAVE, NOBODY, Inherited
from connector_kit.extension.isolation.messages import ANSWER, CALL, SMALL, Gone, ids_of
from connector_kit.extension.isolation.rooms import Room
from connector_kit.extension.leftovers import Alone
from connector_kit.extension.recording import Recorder
from connector_kit.extension.registry import Registry
from connector_kit.logs import settle

QUICK_CALLS, QUICK_SECONDS = 16, 0.01
"""How many calls, and for how long, go by without a look at the memory."""

MOST_KEPT = 512 * 1024
"""Kibibytes above its first memory use at which a process ends after its call, so that what it
has kept is given back."""


def serve_calls(desk: Inherited, place: int, registry: Registry, memory_mb: int) -> None:
    """Answer what lies on the *desk*, noting at *place* what; returns when the process should end.

    The process may allocate *memory_mb* mebibytes; 0: as many as there are.
    """
    if memory_mb:
        _limit_memory(memory_mb * 1024 * 1024)
    memory = Growth()
    invoke = Alone()
    # What a call has left to be logged goes out with the first line of the next one.
    observers = (partial(log_answer, keep=True), Recorder.of_this_server())
    run = Dispatcher(registry, invoke=invoke, observers=observers)

    def rest() -> None:
        desk.notes.write(place, NOBODY)
        settle(access_log)

    desk.watch(before_waiting=rest)
    while True:
        try:
            ticket, seat, call = _taken(desk, place)
        except OSError:  # the serving process has ended
            return
        if call is None:
            desk.notes.write(place, LEAVE)
            return
        try:
            answer = run(call)
        except MemoryError as failure:
            answer, invoke.is_spent = refusal(422, ErrorEntry.of(failure)), True
            log_answer(call, None, answer)
        is_last = invoke.is_spent or memory.keeps_too_much
        try:
            _send(*desk.seats[seat], ticket, answer, is_last=is_last)
        except ConnectionError:  # as above
            return
        if is_last:
            return  # with the note as it is: by it the serving process finds who leaves


class Growth:
    """How much memory the process has come to use since this was made.

    The system is asked after calls that took long enough to use much, and after some of the others.
    """

    def __init__(self) -> None:
        self._born_with = _peak()
        self._quick_calls = 0
        self._looked = time.monotonic()

    @property
    def keeps_too_much(self) -> bool:
        """Whether it is more than `MOST_KEPT`; to be asked after each call."""
        now = time.monotonic()
        self._quick_calls += 1
        if self._quick_calls < QUICK_CALLS and now - self._looked < QUICK_SECONDS:
            return False
        self._quick_calls, self._looked = 0, now
        return _peak() - self._born_with > MOST_KEPT


def _taken(desk: Inherited, place: int) -> tuple[int, int, RawCall | None]:
    """Take the next call off the *desk*, once there is one; None when the process should end.

    Raises OSError when the serving process has ended.
    """
    message = desk.take()
    if not message:
        raise Gone
    ticket, seat, began, of_ids, of_body = CALL.unpack_from(message)
    if ticket == LEAVE:
        return ticket, seat, None
    desk.notes.write(place, ticket)
    start = CALL.size + of_ids
    is_sent = of_ids + of_body <= SMALL
    body = memoryview(message)[start:] if is_sent else desk.seats[seat][1].look(of_body)
    return ticket, seat, RawCall(body, *ids_of(message[CALL.size : start]), began)


def _send(
    channel: socket.socket, room: Room, ticket: int, answer: Answer, *, is_last: bool
) -> None:
    """Raises ConnectionError when the serving process has ended."""
    body = answer.body
    head = ANSWER.pack(ticket, answer.status, is_last, len(body))
    if len(body) <= SMALL:
        channel.send(head + body)
    else:
        room.leave(body)
        channel.send(head)


def _limit_memory(more: int) -> None:
    """Let the process allocate *more* bytes than it was born with, where the system can tell."""
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return
    limit = int(statistics.read_text().split()[0]) * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
