"""Connections of type ``wrapper``: the stack is the application (protocol/extension.md#52)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from connector_kit.sandbox.connections import online
from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.http.errors import error, invalid, missing
from connector_kit.sandbox.http.wire import Document, instant
from connector_kit.sandbox.pipeline.context import RunContext
from connector_kit.sandbox.stacks.functions import FunctionCall, unusable

ENDLESS = 5
"""After as many equal answers more, no further call is made."""


@dataclass(frozen=True)
class RecordPage:
    """A page of records; `is_offline`: its connection went offline."""

    records: list[Any]
    errors: list[Document] = field(default_factory=list)
    is_offline: bool = False


def is_wrapper(connection: Document) -> bool:
    """Whether a connection leads to functions."""
    return connection.get("type") == "wrapper" and isinstance(connection.get("wrapper"), dict)


async def ping(run: RunContext, ids: Document) -> Document:
    """Return the body that answers a ping."""
    function = find(run.connection, ("wrapper", "pingFunction"))
    result = await _call(run, function, ids)
    if isinstance(result, dict) and result.get("statusCode") == 200:
        return {"code": 200}
    errors = result.get("errors") if isinstance(result, dict) else None
    refused = error("invalid_credentials", "The ping function did not answer 200.")
    return {"code": 401, "errors": errors or [refused]}


async def pages(run: RunContext, export: Document, options: Document) -> AsyncIterator[RecordPage]:
    """Yield the pages of a wrapper export, until it says ``lastPage``.

    ``connectionOffline`` takes the connection offline, and is the last page too.
    """
    function, state = find(export, ("wrapper", "function")), None
    before: Any = None
    repeated = 0
    while True:
        page_options = {**_describe(run, export, options), **options}
        if state is not None:
            page_options["state"] = state
        result = await _call(run, function, page_options)
        if not isinstance(result, dict) or not isinstance(result.get("data"), list):
            raise unusable("A wrapper export must answer {data, errors, lastPage, state}.")
        is_offline = bool(result.get("connectionOffline"))
        if is_offline:
            connection_id = run.connection.get("_id")
            online.mark(run.platform.store, run.account_id, connection_id, offline=True)
        yield RecordPage(result["data"], [*objects(result.get("errors"))], is_offline)
        repeated = repeated + 1 if result == before else 0
        if result.get("lastPage") or is_offline or repeated >= ENDLESS:
            return
        before, state = result, result.get("state")


async def submit(
    run: RunContext, import_: Document, sent: list[Any], mapped: list[Any]
) -> list[Document]:
    """Return a wrapper import's answers, one per record."""
    options = {
        **run.ids("import"),
        "settings": run.settings(import_),
        "preMapData": sent,
        "postMapData": mapped,
        **_configuration(import_),
    }
    result = await _call(run, find(import_, ("wrapper", "function")), options)
    if not isinstance(result, list) or len(result) != len(mapped):
        raise unusable(f"A wrapper import must answer an array of {len(mapped)} entries.")
    return [item if isinstance(item, dict) else {"statusCode": 422} for item in result]


def _describe(run: RunContext, export: Document, options: Document) -> Document:
    described = {**run.ids("export"), "settings": run.settings(export)}
    for name in ("type", "once", "test"):
        if export.get(name):
            described[name] = export[name]
    if last := options.get("lastExportDateTime"):
        described["delta"] = {
            "dateField": find(export, ("delta", "dateField")),
            "lastExecutionTime": int(instant(last) * 1000),
        }
    return {**described, **_configuration(export)}


def _configuration(document: Document) -> Document:
    configuration = find(document, ("wrapper", "configuration"))
    return {} if configuration is None else {"configuration": configuration}


async def _call(run: RunContext, function: Any, options: Document) -> Any:
    """Call a function, with the connection's values in clear."""
    if not function:
        raise missing("wrapper.function")
    connection = run.connection
    stack_id = find(connection, ("wrapper", "_stackId"))
    if not isinstance(stack_id, str):
        raise invalid("wrapper._stackId", "must name a stack")
    connection_options = {
        **({"_id": connection["_id"]} if connection.get("_id") else {}),
        "encrypted": find(connection, ("wrapper", "encrypted")) or {},
        "unencrypted": find(connection, ("wrapper", "unencrypted")) or {},
    }
    return await run.platform.functions.call(
        FunctionCall(
            connector_id=run.connector_id,
            integration_id=run.integration_id,
            account_id=run.account_id,
            type=None if run.is_flat else "wrapper",
            function=str(function),
            options={**options, "connection": connection_options},
            stack_id=stack_id,
        )
    )
