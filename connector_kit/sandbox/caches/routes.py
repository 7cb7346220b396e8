"""Reading and writing the rows of lookup caches (protocol/platform-2026.md#1, #10).

A connector's cache is locked like its other documents; its rows are for the account's owner to
change.
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.caches.store import MEGABYTE, Rows, size_of, sizes
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import EMPTY, GONE, Answer, Call, answer
from connector_kit.sandbox.http.errors import invalid, missing
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document

MOST_ROWS = 1000
LARGEST_WRITE = 5 * MEGABYTE
LARGEST_CACHE = 50 * MEGABYTE
LARGEST_ACCOUNT = 1000 * MEGABYTE
"""What all caches of an environment may hold; the sandbox counts an account's together."""


def put(call: Call) -> Answer:
    """POST /lookupcaches/{id}/data: 200 without a body."""
    cache, rows = access.writable(call), _sent_rows(call.document())
    caches = call.platform.caches
    size = size_of({**caches.rows(cache.id), **rows})
    if size > LARGEST_CACHE:
        raise invalid("data", f"makes the cache {size} bytes large; it may have {LARGEST_CACHE}")
    others = call.store.documents(call.account_id, "lookupcaches")
    elsewhere = sum(other.get("size", 0) for other in others if other.id != cache.id)
    if elsewhere + size > LARGEST_ACCOUNT:
        raise invalid("data", f"exceeds the {LARGEST_ACCOUNT} bytes of all caches together")
    caches.put(cache.id, rows)
    return _changed(call, cache, EMPTY)


def read(call: Call) -> Answer:
    """POST /lookupcaches/{id}/getData: the first rows, or those that the body names."""
    rows, sent = call.platform.caches.rows(access.readable(call).id), call.instructions()
    start = sent.get("startsWith") or ""
    if not isinstance(start, str):
        raise invalid("startsWith", "must be a text")
    if sent.get("keys") is not None:
        found = [(key, rows[key]) for key in _sent_keys(sent) if key in rows]
    else:
        found = [row for row in rows.items() if row[0].startswith(start)]
    return answer({"data": [{"key": key, "value": value} for key, value in found[:MOST_ROWS]]})


def remove(call: Call) -> Answer:
    """DELETE /lookupcaches/{id}/data: 204, whether or not there were such rows."""
    cache, keys = access.writable(call), _sent_keys(call.document())
    call.platform.caches.remove(cache.id, keys)
    return _changed(call, cache, GONE)


def purge(call: Call) -> Answer:
    """DELETE /lookupcaches/{id}/data/purge: 204."""
    cache = access.writable(call)
    call.platform.caches.remove(cache.id)
    return _changed(call, cache, GONE)


def _changed(call: Call, cache: Record, result: Answer) -> Answer:
    """Let the cache show its new size. It is no edit of the document: its dates stay."""
    rows = call.platform.caches.rows(cache.id)
    document = {**cache.document, **sizes(rows)}
    call.store.put(Record.of(cache.account_id, cache.resource, document))
    return result


def _sent_rows(sent: Document) -> Rows:
    data: Any = sent.get("data")
    if not isinstance(data, list):
        raise missing("data") if data is None else invalid("data", "must be an array")
    if len(data) > MOST_ROWS:
        raise invalid("data", f"has {len(data)} entries; at most {MOST_ROWS} are allowed")
    rows: Rows = {}
    for number, row in enumerate(data):
        fields = row if isinstance(row, dict) else {}
        for name in ("key", "value"):
            if not isinstance(fields.get(name), str):
                raise invalid(f"data[{number}].{name}", "must be a text")
        rows[fields["key"]] = fields["value"]
    if size_of(rows) > LARGEST_WRITE:
        raise invalid("data", f"has {size_of(rows)} bytes; at most {LARGEST_WRITE} are allowed")
    return rows


def _sent_keys(sent: Document) -> list[str]:
    keys: Any = sent.get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise missing("keys") if keys is None else invalid("keys", "must be an array of texts")
    if len(keys) > MOST_ROWS:
        raise invalid("keys", f"has {len(keys)} keys; at most {MOST_ROWS} are allowed")
    return keys


_DATA = "/lookupcaches/{id}/data"

ROUTES = (
    Route("POST", _DATA, put, body="rows"),
    Route("DELETE", _DATA, remove, ok=204, body="keys"),
    Route("DELETE", f"{_DATA}/purge", purge, ok=204),
    Route("POST", "/lookupcaches/{id}/getData", read, body="row_query"),
)
