"""Calling the hooks of an export or import (protocol/extension.md#51-hooks, #6).

A connector of framework 2.0 has flat functions, which are called without ``type``; all others have
hooks. Hooks on scripts are not simulated.
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.adaptors.surroundings import Surroundings
from connector_kit.sandbox.calling.functions import FunctionCall, unusable
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.unsimulated import SCRIPTS, not_simulated
from connector_kit.sandbox.wire import Document


def hook_of(document: Document, name: str) -> Document | None:
    """Return a hook that an export or import names, None when it names none.

    Raises `Refusal` 501 when it is on a script.
    """
    hook = find(document, ("hooks", name))
    if not isinstance(hook, dict) or not hook.get("function"):
        return None
    if not hook.get("_stackId"):
        raise not_simulated(SCRIPTS)
    return hook


async def call(
    around: Surroundings, kind: str, document: Document, name: str, options: Document
) -> Any:
    """Call the hook *name* of an ``export`` or ``import``; returns its result."""
    hook = hook_of(document, name) or {}
    shared = {**around.ids(kind), "settings": around.settings(document)}
    if "configuration" in hook:
        shared["configuration"] = hook["configuration"]
    if around.is_flat:
        shared["testMode"] = around.is_test
    elif name == "preSavePage":
        shared["preview"] = around.is_test
    return await around.platform.functions.call(
        FunctionCall(
            connector_id=around.connector_id,
            integration_id=around.integration_id,
            account_id=around.account_id,
            type=None if around.is_flat else "hook",
            function=str(hook["function"]),
            options={**shared, **options},
            stack_id=str(hook["_stackId"]),
        )
    )


async def pre_save_page(
    around: Surroundings,
    export: Document,
    data: list[Any],
    *,
    index: int,
    given: Document,
) -> Document:
    """Return ``{data, errors, abort}`` of a page, itself when there is no such hook."""
    if hook_of(export, "preSavePage") is None:
        return {"data": data, "errors": [], "abort": False}
    options = {"data": data, "errors": [], "pageIndex": index, **given}
    result = await call(around, "export", export, "preSavePage", options)
    if not isinstance(result, dict) or not isinstance(result.get("data"), list):
        raise unusable("preSavePage must answer {data, errors, abort}.")
    return result


async def entries(
    around: Surroundings, import_: Document, name: str, options: Document, count: int
) -> list[Any]:
    """Return what preMap, postMap or postSubmit answers: as many entries as there are records."""
    result = await call(around, "import", import_, name, options)
    if not isinstance(result, list) or len(result) != count:
        raise unusable(f"{name} must answer an array of {count} entries.")
    return result
