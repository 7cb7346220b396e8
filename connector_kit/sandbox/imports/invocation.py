"""Running a stored import alone (protocol/http-api.md#5)."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.imports.importing import Importing
from connector_kit.sandbox.pipeline.request_context import records_in, run_of_stored
from connector_kit.sandbox.unsimulated import DATA


async def invoke_import(call: Call) -> Answer:
    """POST /imports/{id}/invoke: an array of records, an array of answers."""
    return await run_import(call, access.readable(call))


async def map_records(call: Call) -> Answer:
    """POST /imports/{id}/map: records as the import would send them."""
    importing, records = _importing(call, access.readable(call))
    return answer(await importing.map(records))


async def run_import(call: Call, record: Record) -> Answer:
    """Submit the records of the body, and answer one element for each."""
    importing, records = _importing(call, record)
    return answer(await importing.submit(records))


def _importing(call: Call, record: Record) -> tuple[Importing, list[Any]]:
    records = records_in(call.json(), "body")
    return Importing(run_of_stored(call, record), record.document), records


ROUTES = (
    Route("POST", "/imports/{id}/invoke", invoke_import, body="records", unless=DATA),
    Route("POST", "/imports/{id}/map", map_records, body="records", unless=DATA),
)
