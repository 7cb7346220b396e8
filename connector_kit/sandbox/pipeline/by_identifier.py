"""The short address of an export or import: ``/{apiIdentifier}`` (protocol/http-api.md#5)."""

from __future__ import annotations

import re

from connector_kit.sandbox.exports.exporting import EVENTS
from connector_kit.sandbox.exports.invocation import run_export, take_events
from connector_kit.sandbox.http import access, scopes
from connector_kit.sandbox.http.call import Answer, Call
from connector_kit.sandbox.http.errors import not_found
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.imports.invocation import run_import
from connector_kit.sandbox.unsimulated import DATA

_IDENTIFIER = re.compile(r"[ei][0-9a-f]{6,}")
_RESOURCES = {"e": "exports", "i": "imports"}


async def by_identifier(call: Call) -> Answer:
    """GET or POST /{apiIdentifier}: an export or import by its short address.

    An export of events takes what is posted, and starts the flows that wait for it.
    """
    identifier = call.segments[0]
    resource = _RESOURCES[identifier[0]]
    found = (
        record
        for record in call.store.documents(call.account_id, resource)
        if identifier.encode() in record.body and record.get("apiIdentifier") == identifier
    )
    record = next(found, None)
    if record is None or not access.is_reached(call, record):
        raise not_found(f"{resource} {identifier}")
    scopes.check_use(call.token, resource, record.id)
    if resource == "imports":
        if call.method != "POST":
            raise not_found(f"route {call.method} /{identifier}")
        return await run_import(call, record)
    if record.get("type") in EVENTS:
        return take_events(call, record)
    return await run_export(call, record)


def is_api_identifier(segments: list[str]) -> bool:
    """Whether the path is that of an export or import: ``/{apiIdentifier}``."""
    return len(segments) == 1 and _IDENTIFIER.fullmatch(segments[0]) is not None


BY_IDENTIFIER = (
    Route("GET", scopes.BY_IDENTIFIER, by_identifier, unless=DATA),
    Route("POST", scopes.BY_IDENTIFIER, by_identifier, body="anything", unless=DATA),
)
"""Found by the form of the path (`is_api_identifier`), not by the table."""
