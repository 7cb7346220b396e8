"""The state routes, with their odd statuses and bodies (protocol/http-api.md#12-state).

A create answers 201 ``Created`` and an update 200 ``OK``, both as plain text; deleting answers
204 for the account's own keys and 200 for a document's (U22).
"""

from __future__ import annotations

from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import EMPTY, GONE, TEXT, Answer, Call, answer
from connector_kit.sandbox.http.errors import missing, not_found
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.states.store import Place


def keys(call: Call) -> Answer:
    """GET /state, GET /{resource}/{id}/state."""
    return answer({"keys": call.platform.states.keys(_place(call, access.readable))})


def read(call: Call) -> Answer:
    """GET …/state/{key}: the stored value itself."""
    value = call.platform.states.get(_place(call, access.readable), call.params["key"])
    if value is None:
        raise not_found(f"state {call.params['key']}")
    return Answer(200, value)


def write(call: Call) -> Answer:
    """PUT …/state/{key}: any JSON."""
    place = _place(call, access.writable)
    call.json()
    if not call.body.strip():
        raise missing("body")
    is_new = call.platform.states.put(place, call.params["key"], call.body)
    return Answer(201, b"Created", TEXT) if is_new else Answer(200, b"OK", TEXT)


def delete(call: Call) -> Answer:
    """DELETE …/state/{key}."""
    place = _place(call, access.writable)
    if not call.platform.states.delete(place, call.params["key"]):
        raise not_found(f"state {call.params['key']}")
    return _deleted(place)


def clear(call: Call) -> Answer:
    """DELETE /state, DELETE /{resource}/{id}/state: all keys."""
    place = _place(call, access.writable)
    call.platform.states.clear(place)
    return _deleted(place)


def _place(call: Call, reach: access.Reach) -> Place:
    if "id" not in call.params:
        access.owners_only(call)
        return Place(call.account_id)
    record = reach(call)
    return Place(record.account_id, record.resource, record.id)


def _deleted(place: Place) -> Answer:
    return EMPTY if place.resource else GONE


def routes_below(path: str) -> list[Route]:
    """Return the routes of the keys of a document; those of the account have no *path*."""
    gone = 200 if path else 204
    return [
        Route("GET", f"{path}/state", keys),
        Route("DELETE", f"{path}/state", clear, ok=gone),
        Route("GET", f"{path}/state/{{key}}", read),
        Route("PUT", f"{path}/state/{{key}}", write, body="anything"),
        Route("DELETE", f"{path}/state/{{key}}", delete, ok=gone),
    ]


ROUTES = tuple(routes_below(""))
