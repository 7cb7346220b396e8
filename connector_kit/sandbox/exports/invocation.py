"""Running a stored export alone, or telling it of events (protocol/http-api.md#5)."""

from __future__ import annotations

from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.exports.batches import all_records
from connector_kit.sandbox.exports.exporting import EVENTS, Exporting, delta_dates
from connector_kit.sandbox.flows.routes import start_listeners
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.pipeline.request_context import run_of_stored
from connector_kit.sandbox.unsimulated import DATA


async def invoke_export(call: Call) -> Answer:
    """POST /exports/{id}/invoke: the records of a stored export."""
    return await run_export(call, access.readable(call))


async def run_export(call: Call, record: Record) -> Answer:
    """Answer the records of an export."""
    export = record.document
    if export.get("type") in EVENTS:
        raise impossible("An export of events is not invoked; post the events to it.")
    run = run_of_stored(call, record)
    data, _ = await all_records(Exporting(run, export, dates=delta_dates(export, call.now)))
    return answer({"data": data})


def take_events(call: Call, record: Record) -> Answer:
    """Start the flows that wait for what is posted to an export of events."""
    if call.method != "POST":
        raise impossible("An export of events has nothing to read; post the events to it.")
    sent = call.json({})
    start_listeners(call, record, sent if isinstance(sent, list) else [sent])
    export = record.document
    status = find(export, ("webhook", "successStatusCode"))
    text = str(find(export, ("webhook", "successBody")) or "")
    is_status = isinstance(status, int) and 200 <= status < 300
    return Answer(status if is_status else 204, text.encode())


ROUTES = (Route("POST", "/exports/{id}/invoke", invoke_export, body="anything", unless=DATA),)
