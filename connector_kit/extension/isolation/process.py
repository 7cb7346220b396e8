"""A function process: one call after the other, until it has reason to end."""

from __future__ import annotations

from functools import partial

from connector_kit.extension.accesslog import access_log, log_answer
from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.dispatch import Dispatcher, Elsewhere
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.isolation import asking
from connector_kit.extension.isolation.channels import Far
from connector_kit.extension.isolation.children import Upbringing
from connector_kit.extension.isolation.descendants import end_children
from connector_kit.extension.isolation.memory import Leavings, limit_memory
from connector_kit.extension.leftovers import Alone
from connector_kit.extension.recording import Recorder
from connector_kit.extension.registry import Registry
from connector_kit.logs import settle


def serve_calls(far: Far, registry: Registry, upbringing: Upbringing) -> None:
    """Answer the calls that come to *far*; returns when the process should end."""
    if upbringing.memory_mb:
        limit_memory(upbringing.memory_mb * 1024 * 1024)
    asking.ask_at(far.ask)
    leavings = Leavings()
    invoke = Alone()
    # What a call has left to be logged goes out with the first line of the next one.
    observers = (partial(log_answer, keep=True), Recorder.of_this_server())
    run = Dispatcher(registry, invoke=invoke, observers=observers)
    rest = partial(settle, access_log)
    done = 0
    while True:
        try:
            call = far.take(rest)
        except OSError:  # the serving process has ended, or needs this one no more
            return
        leavings.begin()
        try:
            answer = _answer(run, invoke, call)
        except Elsewhere:
            far.pass_on()
            continue
        done += 1
        if leavings.are_due():
            invoke.is_spent |= leavings.are_too_large() or not end_children()
        is_last = invoke.is_spent or done == upbringing.calls
        if not _is_sent(far, answer, is_last=is_last) or is_last:
            return
        del call, answer  # so that they are gone before the next one comes


def _answer(run: Dispatcher, invoke: Alone, call: RawCall) -> Answer:
    try:
        return run(call)
    except MemoryError as failure:
        invoke.is_spent = True
        answer = refusal(422, ErrorEntry.of(failure))
        log_answer(call, None, answer)
        return answer


def _is_sent(far: Far, answer: Answer, *, is_last: bool) -> bool:
    try:
        far.answer(answer, is_last=is_last)
    except ConnectionError:  # the serving process has ended
        return False
    return True
