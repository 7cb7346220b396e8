"""Exports and imports that are not stored, and the proxy (protocol/http-api.md#41, #42).

The state of a paged export is opaque to the caller, and protected (protocol/http-api.md U24).
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any

from connector_kit.sandbox.connections import requests, wrappers
from connector_kit.sandbox.connections.backends import BackendRequest
from connector_kit.sandbox.exports.batches import all_records, refine
from connector_kit.sandbox.exports.exporting import DEFAULT_PAGE, Exporting, delta_dates
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import invalid, missing
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, render
from connector_kit.sandbox.imports.importing import Importing
from connector_kit.sandbox.pipeline.request_context import part, records_in, run_at_connection
from connector_kit.sandbox.unsimulated import DATA

STATE = "pagedExportState"


async def run_export(call: Call) -> Answer:
    """POST /connections/{id}/export: all records at once."""
    data, links = await all_records(_exporting(call, call.document()))
    return answer({"data": data, "dataURIs": links})


async def run_export_by_page(call: Call) -> Answer:
    """POST /connections/{id}/export/pages: one page, and the state that leads to the next."""
    sent = call.document()
    exporting = _exporting(call, sent)
    if exporting.export.get("asynchronous") is not True:
        raise missing("export.asynchronous")
    secret = call.platform.secret
    if STATE in sent:
        state = _check_state(sent[STATE], exporting.export, secret)
    else:
        size = exporting.export.get("pageSize", DEFAULT_PAGE)
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise invalid("export.pageSize", "must be a whole number from 1")
        state = {"pageIndex": 1, "pageSize": size, "offset": 0, "position": exporting.first()}
    records, after = await _page(exporting, state)
    batch, is_last = await refine(exporting, records, state["pageIndex"] - 1)
    following = {**state, "pageIndex": state["pageIndex"] + 1, **(after or {})}
    following |= {"done": after is None or is_last, "issuedAt": int(call.now)}
    following["sig"] = _signature(following, exporting.export, secret)
    return answer({"data": batch.data, "dataURIs": batch.data_uris, STATE: following})


async def run_import(call: Call) -> Answer:
    """POST /connections/{id}/import: one element per record, in order."""
    importing, records = _importing(call, call.document())
    return answer(await importing.submit(records))


async def map_import(call: Call) -> Answer:
    """POST /connections/{id}/import/map: the records after mapping; nothing is submitted."""
    importing, records = _importing(call, call.document())
    return answer(await importing.map(records))


async def proxy(call: Call) -> Answer:
    """POST /connections/{id}/proxy: pass a request on, and the application's answer back."""
    run = run_at_connection(call, access.readable(call))
    sent_headers = {name.lower(): value for name, value in call.headers.items()}
    relative_uri = sent_headers.get("integrator-relative-uri")
    if relative_uri is None:
        raise missing("Integrator-Relative-URI")
    headers = requests.default_headers(run.connection)
    if call.body and sent_headers.get("content-type"):
        headers["Content-Type"] = sent_headers["content-type"]
    request = BackendRequest(
        method=sent_headers.get("integrator-method", call.method).upper(),
        url=requests.address(run.connection, relative_uri),
        headers=headers,
        body=call.body,
    )
    response = await requests.ask(run, request)
    return Answer(response.status, response.body, response.header("content-type") or "text/plain")


def _exporting(call: Call, sent: Document) -> Exporting:
    run = run_at_connection(call, access.readable(call))
    export = part(sent, "export")
    return Exporting(run, export, dates=delta_dates(export, call.now))


def _importing(call: Call, sent: Document) -> tuple[Importing, list[Any]]:
    run = run_at_connection(call, access.readable(call))
    import_ = part(sent, "import")
    return Importing(run, import_), records_in(sent.get("data"), "data")


async def _page(exporting: Exporting, state: Document) -> tuple[list[Any], Document | None]:
    """Return the records of a page, and where the next one begins.

    A page of the application may hold more records than the caller wants: then it is asked again.
    """
    offset, size = state["offset"], state["pageSize"]
    after: Document | None
    if wrappers.is_wrapper(exporting.run.connection):
        pages = wrappers.pages(exporting.run, exporting.export, exporting.dates)
        records = [record async for page in pages for record in page.records]
        after = None
    else:
        page = await exporting.page(state["position"])
        records, after = page.records, exporting.after(page)
    if offset + size < len(records):
        return records[offset : offset + size], {"offset": offset + size}
    following = None if after is None else {"position": after, "offset": 0}
    return records[offset:], following


def _check_state(state: Any, export: Document, secret: bytes) -> Document:
    """Return a state that was sent back; raises `Refusal` 422 if it, or the export, was changed."""
    if not isinstance(state, dict):
        raise invalid(STATE, "must be an object")
    dated = {name: value for name, value in state.items() if name != "sig"}
    signature = _signature(dated, export, secret)
    if not hmac.compare_digest(signature.encode(), str(state.get("sig")).encode()):
        raise invalid(f"{STATE}.sig", "does not match: send state and export back unchanged")
    if state.get("done"):
        raise invalid(STATE, "says that there are no more pages")
    return dated


def _signature(state: Document, export: Document, secret: bytes) -> str:
    ordered = [sorted(state.items()), sorted(export.items())]
    return hmac.new(secret, render(ordered), sha256).hexdigest()


ROUTES = (
    Route("POST", "/connections/{id}/export", run_export, body="virtual_export", unless=DATA),
    Route(
        "POST",
        "/connections/{id}/export/pages",
        run_export_by_page,
        body="virtual_export",
        unless=DATA,
    ),
    Route("POST", "/connections/{id}/import", run_import, body="virtual_import", unless=DATA),
    Route("POST", "/connections/{id}/import/map", map_import, body="virtual_import", unless=DATA),
    *(
        Route(method, "/connections/{id}/proxy", proxy, body="anything", unless=DATA)
        for method in ("POST", "GET", "PUT", "PATCH", "DELETE")
    ),
)
