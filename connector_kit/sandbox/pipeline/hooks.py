"""Calling the hooks of an export or import (protocol/extension.md#51-hooks, #6).

A connector of framework 2.0 has flat functions, which are called without ``type``; all others have
hooks. A hook on a script gets what a flat function gets.
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.context import RunContext
from connector_kit.sandbox.stacks.functions import FunctionCall, unusable


def hook_of(document: Document, name: str) -> Document | None:
    """Return a hook that an export, an import or a page processor names, None for none."""
    hook = find(document, ("hooks", name))
    return hook if isinstance(hook, dict) and hook.get("function") else None


async def call(run: RunContext, kind: str, document: Document, name: str, options: Document) -> Any:
    """Call the hook *name* of an ``export`` or ``import``; returns its result.

    *document* names it: the export or import, or the page processor that runs it.
    """
    hook = hook_of(document, name) or {}
    shared = {**run.ids(kind), "settings": run.settings(document)}
    if "configuration" in hook:
        shared["configuration"] = hook["configuration"]
    is_script = bool(hook.get("_scriptId")) and not hook.get("_stackId")
    if run.is_flat or is_script:
        shared["testMode"] = run.is_test
    elif name == "preSavePage":
        shared["preview"] = run.is_test
    if is_script:
        return await run.platform.scripts.call(run.account_id, hook, {**shared, **options})
    return await run.platform.functions.call(
        FunctionCall(
            connector_id=run.connector_id,
            integration_id=run.integration_id,
            account_id=run.account_id,
            type=None if run.is_flat else "hook",
            function=str(hook["function"]),
            options={**shared, **options},
            stack_id=hook.get("_stackId"),
        )
    )


async def entries(
    run: RunContext, kind: str, document: Document, name: str, options: Document, count: int
) -> list[Any]:
    """Return what a hook answers that owes one entry for each of *count* records."""
    result = await call(run, kind, document, name, options)
    if not isinstance(result, list) or len(result) != count:
        raise unusable(f"{name} must answer an array of {count} entries.")
    return result
