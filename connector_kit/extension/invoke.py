"""Calling a function, in whichever style it is written, for exactly one answer.

Functions return their answer. They may also be ``async``, yield it (and must then come to their
end), or take a second parameter, a callback ``(error, result)`` as the Node runtime has it. A
function that gives two answers, or none, gets an error (protocol/extension.md#7).
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from functools import lru_cache
from typing import Any

from connector_kit.extension.errors import ExtensionError

Function = Callable[..., Any]

_ANSWERS = frozenset({list, dict, str, int, float, bool, type(None)})
"""Types that are an answer as they are: most results have one, and further checks are slow."""

_running = threading.local()


def invoke(function: Function, options: Any) -> Any:
    """Return the answer of *function* to *options*; raises the function's error.

    Tasks that an ``async`` function leaves behind belong to the call: it ends when they have
    ended, and fails when one of them does.
    """
    if not _takes_callback(function):
        return _answer_of(function(options))
    callback = Callback()
    _answer_of(function(options, callback))
    return callback.answer()


class Callback:
    """What a function calls with ``(error, result)``, once."""

    def __init__(self) -> None:
        self._answers: list[tuple[Any, Any]] = []
        self._helpers = frozenset(threading.enumerate())

    def __call__(self, error: Any = None, result: Any = None) -> None:
        """Answer the call, with *error* unless that is nothing."""
        self._answers.append((error, result))

    def answer(self) -> Any:
        """Return the result, or raise the error; waits for threads that may still give it."""
        for thread in threading.enumerate():
            if thread not in self._helpers and not thread.daemon:
                thread.join()
        if not self._answers:
            raise ExtensionError(
                "function_unanswered", "The function ended without returning a result."
            )
        if len(self._answers) > 1:
            raise _answered_twice()
        error, result = self._answers[0]
        if error is None:
            return result
        if isinstance(error, BaseException):
            raise error
        # In Node, an error may be any object.
        if isinstance(error, dict):
            raise ExtensionError(
                str(error.get("code") or "Error"), str(error.get("message") or error)
            )
        raise ExtensionError("Error", str(error))


def _answer_of(returned: Any) -> Any:
    if type(returned) in _ANSWERS:
        return returned
    if isinstance(returned, Generator):
        try:
            answer = next(returned)
        except StopIteration as end:
            return end.value
        for _ in returned:
            returned.close()
            raise _answered_twice()
        return answer
    if inspect.isawaitable(returned):
        return _run(returned)
    if isinstance(returned, AsyncGenerator):
        return _run(_only_of(returned))
    return returned


async def _only_of(answers: AsyncGenerator[Any, Any]) -> Any:
    found = []
    async for answer in answers:
        found.append(answer)
        if len(found) > 1:
            await answers.aclose()
            raise _answered_twice()
    return found[0] if found else None


def _run(main: Awaitable[Any]) -> Any:
    """Run *main* on this thread's loop, which stays, so that clients kept by the author do too."""
    runner: asyncio.Runner | None = getattr(_running, "runner", None)
    if runner is None:
        runner = _running.runner = asyncio.Runner()
    return runner.run(_with_what_it_leaves(main))


async def _with_what_it_leaves(main: Awaitable[Any]) -> Any:
    failures: list[BaseException] = []

    def note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        failures.append(context.get("exception") or RuntimeError(str(context["message"])))

    asyncio.get_running_loop().set_exception_handler(note)
    try:
        answer = await main
        while left := _other_tasks():
            done, _ = await asyncio.wait(left, return_when=asyncio.FIRST_EXCEPTION)
            ended = [task for task in done if not task.cancelled()]
            failures += [error for task in ended if (error := task.exception())]
    finally:
        for task in _other_tasks():
            task.cancel()
    if failures:
        raise failures[0]
    return answer


def _other_tasks() -> set[asyncio.Task[Any]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


@lru_cache(maxsize=4096)
def _takes_callback(function: Function) -> bool:
    """Tell whether *function* cannot be called without a second argument."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False  # built-in functions may not say
    required = [
        parameter
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    return len(required) > 1


def close_loop() -> None:
    """Close the loop of this thread, if it has one: the thread is about to end."""
    runner: asyncio.Runner | None = getattr(_running, "runner", None)
    if runner is not None:
        runner.close()
        del _running.runner


def _answered_twice() -> ExtensionError:
    return ExtensionError(
        "function_answered_twice",
        "The function returned a second result. Return one result, or yield it once.",
    )
