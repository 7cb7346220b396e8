"""A function process: one call after the other, until it has reason to end."""

from __future__ import annotations

from connector_kit.extension.accesslog import log_answer
from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.dispatch import Dispatcher, Elsewhere
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.isolation import asking
from connector_kit.extension.isolation.channels import ProcessEnd
from connector_kit.extension.isolation.children import ProcessOptions
from connector_kit.extension.isolation.descendants import end_children
from connector_kit.extension.isolation.memory import Checkup, limit_memory
from connector_kit.extension.leftovers import Alone
from connector_kit.extension.recording import Recorder
from connector_kit.extension.registry import Registry


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
            answer = _answer(run, invoke, call)
        except Elsewhere:
            channel.pass_on()
            continue
        done += 1
        if checkup.is_due():
            invoke.is_spent |= checkup.has_grown() or not end_children()
        is_last = invoke.is_spent or done == options.calls
        if not _is_sent(channel, answer, is_last=is_last) or is_last:
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


def _is_sent(channel: ProcessEnd, answer: Answer, *, is_last: bool) -> bool:
    try:
        channel.answer(answer, is_last=is_last)
    except ConnectionError:  # the serving process has ended
        return False
    return True
