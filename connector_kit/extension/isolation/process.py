"""A function process: one call after the other, until it has reason to end."""

from __future__ import annotations

import resource
import time
from pathlib import Path

from connector_kit.extension.accesslog import log_answer
from connector_kit.extension.answers import refusal
from connector_kit.extension.dispatch import Dispatcher, Elsewhere
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.isolation import asking
from connector_kit.extension.isolation.channels import ProcessEnd
from connector_kit.extension.isolation.children import ProcessOptions
from connector_kit.extension.isolation.descendants import end_children
from connector_kit.extension.leftovers import Alone
from connector_kit.extension.recording import Recorder
from connector_kit.extension.registry import Registry

MOST_KEPT = 512 * 1024
"""Kibibytes above its first memory use at which a process ends after its call, so that what it
has kept is given back."""

UNCHECKED_CALLS, UNCHECKED_SECONDS = 16, 0.01
"""For how many calls, and for how long, the system is not asked again."""

UNCHECKED_CALL_SECONDS = 0.0003
"""Calls up to this long are not checked: forking takes longer."""


def serve_calls(channel: ProcessEnd, registry: Registry, options: ProcessOptions) -> None:
    """Answer the calls that come to *channel*; returns when the process should end."""
    if options.memory_mb:
        limit_memory(options.memory_mb * 1024 * 1024)
    asking.ask_at(channel.ask)
    checkup = Checkup()
    invoke = Alone()
    observers = (log_answer, Recorder.of_this_server())
    run = Dispatcher(registry, invoke=invoke, observers=observers)
    done = 0
    while True:
        try:
            call = channel.next_call()
        except OSError:  # the serving process has ended, or needs this one no more
            return
        checkup.begin()
        try:
            answer = run(call)
        except Elsewhere:
            channel.pass_on()
            continue
        except MemoryError as failure:
            invoke.is_spent = True
            answer = refusal(422, ErrorEntry.of(failure))
            log_answer(call, None, answer)
        done += 1
        if checkup.is_due():
            invoke.is_spent |= checkup.has_grown() or not end_children()
        is_last = invoke.is_spent or done == options.calls
        try:
            channel.answer(answer, is_last=is_last)
        except ConnectionError:  # the serving process has ended
            return
        if is_last:
            return
        del call, answer  # so that they are gone before the next one comes


def limit_memory(more: int) -> None:
    """Let the process allocate *more* bytes than it was born with, where the system can tell."""
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return
    limit = int(statistics.read_text().split()[0]) * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


class Checkup:
    """When to check for leftovers of a call that must not affect the next: memory and processes.

    Asking the system takes as long as a small function does, so it is not asked after each:
    nothing large is kept, and no process started, by a call that took no time.
    """

    def __init__(self) -> None:
        self._initial = _peak()
        self._unchecked = 0
        self._began = self._checked_at = time.monotonic()

    def begin(self) -> None:
        """Note that a call begins."""
        self._began = time.monotonic()

    def is_due(self) -> bool:
        """Tell, after a call, whether to look."""
        now = time.monotonic()
        self._unchecked += 1
        if (
            self._unchecked < UNCHECKED_CALLS
            and now - self._began < UNCHECKED_CALL_SECONDS
            and now - self._checked_at < UNCHECKED_SECONDS
        ):
            return False
        self._unchecked, self._checked_at = 0, now
        return True

    def has_grown(self) -> bool:
        """Tell whether the process uses more memory by more than `MOST_KEPT`."""
        return _peak() - self._initial > MOST_KEPT


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
