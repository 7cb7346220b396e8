"""Previews of exports: the first records, stage by stage (protocol/http-api.md#5)."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.connections import requests, responses, wrappers
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.documents.validation import check_kinds
from connector_kit.sandbox.exports import mocks
from connector_kit.sandbox.exports.batches import refine
from connector_kit.sandbox.exports.exporting import Exporting, delta_dates
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import Refusal, invalid
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.hooks import hook_of
from connector_kit.sandbox.pipeline.request_context import run_of_unsaved, with_stored_secrets
from connector_kit.sandbox.unsimulated import DATA

DEFAULT_LIMIT, MOST = 10, 100
"""Records of a preview: where ``test.limit`` does not say, and at most."""
_OPEN_HEADERS = ("accept", "content-type")


async def preview(call: Call) -> Answer:
    """POST /exports/preview, also below an integration and a flow, whose settings are in scope."""
    access.may_create_in(call, "exports")
    if "id" in call.params:
        access.readable(call)
    export = call.document()
    check_kinds("exports", export)
    export = with_stored_secrets(call, "exports", export)
    limit = find(export, ("test", "limit"))
    if limit is None:
        limit = DEFAULT_LIMIT
    elif not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MOST:
        raise invalid("test.limit", f"must be between 1 and {MOST}")
    exporting = Exporting(run_of_unsaved(call, export), export, dates=delta_dates(export, call.now))
    stages, records = await _fetch(exporting)
    try:
        batch, _ = await refine(exporting, records[:limit], 0)
    except Refusal as refusal:
        if refusal.status != 422 or hook_of(export, "preSavePage") is None:
            raise
        stages.append({"name": "preSavePage", "data": None, "errors": refusal.errors})
        return answer({"data": [], "dataURIs": [], "stages": stages})
    if hook_of(export, "preSavePage") is not None:
        stages.append({"name": "preSavePage", "data": batch.data, "errors": batch.errors})
    return answer({"data": batch.data, "dataURIs": batch.data_uris, "stages": stages})


async def _fetch(exporting: Exporting) -> tuple[list[Document], list[Any]]:
    """Return the stages so far and the records, be they from the export's own mock."""
    run, export = exporting.run, exporting.export
    if wrappers.is_wrapper(run.connection):
        options = {**exporting.dates, "preview": True}
        async for page in wrappers.pages(run, export, options):
            return [_stage("parse", page.records)], page.records
    if run.connection.get("type") not in requests.TYPES and export.get("mockOutput"):
        records = mocks.records_of(export)
        return [_stage("parse", records)], records
    return await _ask(exporting)


async def _ask(exporting: Exporting) -> tuple[list[Document], list[Any]]:
    request = exporting.request(exporting.first())
    sent = {
        "method": request.method,
        "url": request.url,
        "headers": {
            name: value if name.lower() in _OPEN_HEADERS else "******"
            for name, value in request.headers.items()
        },
        "body": request.body.decode(errors="replace"),
    }
    response = await requests.ask(exporting.run, request)
    raw = {
        "statusCode": response.status,
        "url": request.url,
        "headers": dict(response.headers),
        "body": response.body.decode(errors="replace"),
    }
    body, rules = responses.content(response), exporting.rules()
    failed = responses.failure(response, body, rules)
    stages = [_stage("request", [sent]), _stage("raw", [raw], [failed] if failed else None)]
    if failed:
        return stages, []
    records = responses.records(body, rules.get("resourcePath"))
    return [*stages, _stage("parse", records)], records


def _stage(name: str, data: Any, errors: list[Document] | None = None) -> Document:
    return {"name": name, "data": data, "errors": errors}


ROUTES = tuple(
    Route("POST", path, preview, body="exports", unless=DATA)
    for path in (
        "/exports/preview",
        "/integrations/{id}/exports/preview",
        "/integrations/{id}/flows/{flowId}/exports/preview",
    )
)
