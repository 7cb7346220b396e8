"""Functions of scripts: JavaScript, each call in its own context (protocol/extension.md#6).

A script sees no network and no modules (``integrator-api`` and the like): one that imports
anything is not simulated. Time and memory are bounded.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from typing import Any

import quickjs

from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http.errors import Refusal, refuse
from connector_kit.sandbox.http.wire import Document, parse, render
from connector_kit.sandbox.unsimulated import MODULES, not_simulated

SECONDS = 10.0
"""Of the processor, for the calls of one page."""
MEMORY = 128 * 1024 * 1024
_IMPORTS = re.compile(r"^\s*import\b", re.MULTILINE)
_CONSOLE = """
var console = {};
['log', 'debug', 'info', 'warn', 'error'].forEach(function (name) {
  console[name] = function () {};
});
"""


class Scripts:
    """Evaluates stored scripts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def call(self, account_id: str, script: Document, options: Document) -> Any:
        """Return what ``{_scriptId, function}`` makes of *options*; raises `Refusal` 422."""
        (answer,) = await self.call_each(account_id, script, [options])
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def call_each(
        self, account_id: str, script: Document, options: Iterable[Document]
    ) -> list[Any]:
        """Return one answer for each of *options*, a `Refusal` for one that failed."""
        script_id = str(script.get("_scriptId"))
        record = self._store.get(account_id, "scripts", script_id)
        if record is None:
            raise refuse(422, "invalid_ref", f"There is no script {script_id}.", "_scriptId")
        content = str(record.get("content") or "")
        if _IMPORTS.search(content):
            raise not_simulated(MODULES, f"the script {script_id} imports a module")
        texts = [render(option).decode() for option in options]
        return await asyncio.to_thread(_run, content, str(script.get("function")), texts)


def _run(content: str, function: str, texts: list[str]) -> list[Any]:
    try:
        context = quickjs.Context()
        context.set_memory_limit(MEMORY)
        context.set_time_limit(SECONDS)
        context.eval(_CONSOLE)
        context.eval(content)
        expression = f"typeof {function} === 'function' ? {function} : null"
        entry = context.eval(expression) if function.isidentifier() else None
    except quickjs.JSException as error:
        raise _refused(error) from error
    if not isinstance(entry, quickjs.Object):
        raise refuse(422, "invalid_function", f"The script has no function {function!r}.")
    answers: list[Any] = []
    for text in texts:
        try:
            result = entry(context.parse_json(text))
            is_object = isinstance(result, quickjs.Object)
            json = result.json() if is_object else render(result).decode()
            # What JSON cannot say, such as a function, is no answer.
            answers.append(None if json is None else parse(json.encode()))
        except quickjs.JSException as error:
            answers.append(_refused(error))
    return answers


def _refused(error: Exception) -> Refusal:
    """Return a script's error: its name is the code (protocol/extension.md#4)."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else "Error"
    name, _, message = first.partition(": ")
    is_named = bool(message) and name.replace("_", "").isalnum()
    return refuse(422, name if is_named else "Error", message if is_named else first)
