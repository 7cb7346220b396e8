"""A function process: one call after the other, until it is told, or has reason, to end."""

from __future__ import annotations

import socket
from functools import partial

from connector_kit.extension.accesslog import access_log, log_answer
from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.dispatch import Dispatcher
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.isolation.desk import LEAVE, NOBODY, Inherited
from connector_kit.extension.isolation.memory import Growth, limit_memory
from connector_kit.extension.isolation.messages import ANSWER, CALL, SMALL, Gone, ids_of
from connector_kit.extension.isolation.rooms import Room
from connector_kit.extension.leftovers import Alone
from connector_kit.extension.recording import Recorder
from connector_kit.extension.registry import Registry
from connector_kit.logs import settle


def serve_calls(desk: Inherited, place: int, registry: Registry, memory_mb: int) -> None:
    """Answer what lies on the *desk*, noting at *place* what; returns when the process should end.

    The process may allocate *memory_mb* mebibytes; 0: as many as there are.
    """
    if memory_mb:
        limit_memory(memory_mb * 1024 * 1024)
    growth = Growth()
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
        is_last = invoke.is_spent or growth.is_too_much()
        try:
            _send(*desk.seats[seat], ticket, answer, is_last=is_last)
        except ConnectionError:  # as above
            return
        if is_last:
            return  # with the note as it is: by it the serving process finds who leaves


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
