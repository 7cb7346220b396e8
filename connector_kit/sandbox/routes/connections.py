"""Pinging connections (protocol/http-api.md#4-connections)."""

from __future__ import annotations

from connector_kit.sandbox.documents.ping import ping
from connector_kit.sandbox.documents.records import Record
from connector_kit.sandbox.routes import access
from connector_kit.sandbox.routes.call import Answer, Call, answer


def ping_stored(call: Call) -> Answer:
    """GET or POST /connections/{id}/ping, POST /connections/{id}/test."""
    record = access.readable(call)
    document = record.document
    result = ping(document)
    is_offline = result["code"] != 200
    if document.get("offline") != is_offline:
        changed = {**document, "offline": is_offline}
        call.store.put(Record.of(record.account_id, "connections", changed))
    return answer(result)


def ping_unsaved(call: Call) -> Answer:
    """POST /connections/ping: a complete document, of which nothing is stored."""
    access.admit(call)
    return answer(ping(call.document()))
