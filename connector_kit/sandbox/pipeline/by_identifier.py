"""Running stored exports and imports alone (protocol/http-api.md#5)."""

from __future__ import annotations

import re
from typing import Any

from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.exports.batches import everything
from connector_kit.sandbox.exports.exporting import Exporting, since
from connector_kit.sandbox.flows.routes import start_listeners
from connector_kit.sandbox.http import access, scopes
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, not_found
from connector_kit.sandbox.http.route import Route
from connector_kit.sandbox.imports.importing import Importing
from connector_kit.sandbox.pipeline.request_context import around_stored, records_in
from connector_kit.sandbox.unsimulated import DATA

EVENTS = ("webhook", "distributed")
"""Types of exports that are told of events instead of asking for records."""
_IDENTIFIER = re.compile(r"[ei][0-9a-f]{6,}")
_RESOURCES = {"e": "exports", "i": "imports"}


async def invoke_export(call: Call) -> Answer:
    """POST /exports/{id}/invoke: the records of a stored export."""
    return await _export(call, access.readable(call))


async def invoke_import(call: Call) -> Answer:
    """POST /imports/{id}/invoke: an array of records, an array of answers."""
    return await _import(call, access.readable(call))


async def map_records(call: Call) -> Answer:
    """POST /imports/{id}/map: records as the import would send them."""
    importing, records = _importing(call, access.readable(call))
    return answer(await importing.map(records))


async def by_identifier(call: Call) -> Answer:
    """GET or POST /{apiIdentifier}: an export or import by its short address.

    An export of events takes what is posted, and starts the flows that wait for it.
    """
    record = _identified(call)
    scopes.check_use(call.token, record.resource, record.id)
    if record.resource == "imports":
        if call.method != "POST":
            raise not_found(f"route {call.method} /{call.segments[0]}")
        return await _import(call, record)
    if record.get("type") in EVENTS:
        return _event(call, record)
    return await _export(call, record)


def is_api_identifier(segments: list[str]) -> bool:
    """Whether the path is that of an export or import: ``/{apiIdentifier}``."""
    return len(segments) == 1 and _IDENTIFIER.fullmatch(segments[0]) is not None


async def _export(call: Call, record: Record) -> Answer:
    export = record.document
    if export.get("type") in EVENTS:
        raise impossible("An export of events is not invoked; post the events to it.")
    around = around_stored(call, record)
    data, _ = await everything(Exporting(around, export, given=since(export, call.now)))
    return answer({"data": data})


async def _import(call: Call, record: Record) -> Answer:
    importing, records = _importing(call, record)
    return answer(await importing.run(records))


def _importing(call: Call, record: Record) -> tuple[Importing, list[Any]]:
    import_ = record.document
    records = records_in(call.json(), "body")
    return Importing(around_stored(call, record), import_), records


def _event(call: Call, record: Record) -> Answer:
    if call.method != "POST":
        raise impossible("An export of events has nothing to read; post the events to it.")
    sent = call.json({})
    start_listeners(call, record, sent if isinstance(sent, list) else [sent])
    export = record.document
    status = find(export, ("webhook", "successStatusCode"))
    text = str(find(export, ("webhook", "successBody")) or "")
    is_status = isinstance(status, int) and 200 <= status < 300
    return Answer(status if is_status else 204, text.encode())


def _identified(call: Call) -> Record:
    identifier = call.segments[0]
    resource = _RESOURCES[identifier[0]]
    found = (
        each
        for each in call.store.documents(call.account_id, resource)
        if identifier.encode() in each.body and each.get("apiIdentifier") == identifier
    )
    record = next(found, None)
    if record is None or not access.is_reached(call, record):
        raise not_found(f"{resource} {identifier}")
    return record


ROUTES = (
    Route("POST", "/exports/{id}/invoke", invoke_export, body="anything", unless=DATA),
    Route("POST", "/imports/{id}/invoke", invoke_import, body="records", unless=DATA),
    Route("POST", "/imports/{id}/map", map_records, body="records", unless=DATA),
)
BY_IDENTIFIER = (
    Route("GET", scopes.BY_IDENTIFIER, by_identifier, unless=DATA),
    Route("POST", scopes.BY_IDENTIFIER, by_identifier, body="anything", unless=DATA),
)
"""Found by the form of the path (`is_api_identifier`), not by the table."""
