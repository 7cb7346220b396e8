"""What a function process asks the serving process, which has data that functions must not have.

Questions are small JSON documents; the `Answerer` is chosen where the server is started.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import orjson

from connector_kit.extension.errors import ErrorEntry, ExtensionError
from connector_kit.logs import Event

Answerer = Callable[[Any], Any]
"""Returns the answer to a question; both are JSON. Its errors are raised in the asking process, as
an `ExtensionError` that says no more than functions may know."""

log = logging.getLogger("connector_kit.extension")


_way: list[Callable[[bytes], bytes]] = []


def ask_at(way: Callable[[bytes], bytes]) -> None:
    """Have the questions of this process go *way*."""
    _way[:] = [way]


def can_ask() -> bool:
    """Tell whether this is a function process."""
    return bool(_way)


def ask(question: Any) -> Any:
    """Return what the serving process answers to *question*; raises `ExtensionError`."""
    reply = orjson.loads(_way[0](orjson.dumps(question)))
    if "code" in reply:
        raise ExtensionError(**reply)
    return reply["answer"]


def answer_question(answerer: Answerer | None, question: bytes) -> bytes:
    """Return the message that answers *question*, by way of *answerer*; raises nothing."""
    if answerer is None:
        return orjson.dumps(_refusal("no_answer", "Questions are not answered here."))
    try:
        return orjson.dumps({"answer": answerer(orjson.loads(question))})
    except Exception as failure:
        entry = ErrorEntry.of(failure)
        if not isinstance(failure, ExtensionError):
            log.exception(Event("questionUnanswered"))
        return orjson.dumps(_refusal(entry.code, entry.message))


def _refusal(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}
