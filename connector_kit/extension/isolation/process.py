"""A function process: one call after the other, until it is told, or has reason, to end."""

from __future__ import annotations

import resource
import socket
from pathlib import Path

from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.dispatch import Dispatcher
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.isolation.messages import Gone, Head, receive, send
from connector_kit.extension.leftovers import Alone
from connector_kit.extension.recording import Recorder
from connector_kit.extension.registry import Registry

MOST_KEPT = 512 * 1024
"""Kibibytes above its first memory use at which a process ends after its call, so that what it
has kept is given back."""


def serve_calls(channel: socket.socket, registry: Registry, memory_mb: int) -> None:
    """Answer what comes over *channel*; returns when the process should end.

    The process may allocate *memory_mb* mebibytes; 0: as many as there are.
    """
    if memory_mb:
        _limit_memory(memory_mb * 1024 * 1024)
    born_with = _peak()
    invoke = Alone()
    run = Dispatcher(registry, invoke=invoke, observe=Recorder.of_this_server())
    while True:
        try:
            head, body = receive(channel)
        except (Gone, OSError):
            return
        try:
            answer = run(RawCall(body, head["request_id"], head["trace_id"]))
        except MemoryError as failure:
            answer, invoke.is_spent = refusal(422, ErrorEntry.of(failure)), True
        is_last = invoke.is_spent or _peak() - born_with > MOST_KEPT
        send(channel, _head_of(answer, is_last=is_last), answer.body)
        if is_last:
            return


def _head_of(answer: Answer, *, is_last: bool) -> Head:
    return {
        "status": answer.status,
        "headers": dict(answer.headers),
        "content_type": answer.content_type,
        "trail": answer.trail,
        "is_last": is_last,
    }


def _limit_memory(more: int) -> None:
    """Let the process allocate *more* bytes than it was born with, where the system can tell."""
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return
    limit = int(statistics.read_text().split()[0]) * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
