"""Who may touch what (protocol/http-api.md#one-time-tokens, protocol/README.md U3).

An account's token reaches all of the account's documents. A connector's one-time token reaches
only those tagged with its ``_connectorId``: others it cannot see (404) or write (403).
"""

from __future__ import annotations

from collections.abc import Callable

from connector_kit.sandbox.documents.records import Record
from connector_kit.sandbox.errors import forbidden, not_found
from connector_kit.sandbox.routes.call import Call

Reach = Callable[[Call], Record]
"""`readable` or `writable`."""

CONNECTORS_MAY_CREATE = {"connections", "exports", "imports", "flows", "scripts", "asynchelpers"}
CONNECTORS_MAY_USE = CONNECTORS_MAY_CREATE | {"integrations"}


def visible(call: Call) -> list[Record]:
    """Return the documents of the path's resource that the token sees."""
    admit(call)
    records = call.store.documents(call.account_id, call.resource)
    return [each for each in records if _is_reached(call, each)]


def readable(call: Call) -> Record:
    """Return the document of the path; raises `Refusal` 404 when the token does not see it."""
    admit(call)
    record = _stored(call)
    if not _is_reached(call, record):
        raise not_found(f"{call.resource} {call.id}")
    return record


def writable(call: Call) -> Record:
    """Return the document of the path; raises `Refusal` 403 when the token may not change it."""
    admit(call)
    record = _stored(call)
    if not _is_reached(call, record):
        raise forbidden(f"The {call.resource} {call.id} does not belong to this connector.")
    return record


def admit(call: Call) -> None:
    """Raise `Refusal` 403 when the resource is out of a connector's reach altogether."""
    if call.connector_id and call.resource not in CONNECTORS_MAY_USE:
        raise forbidden(f"A connector's one-time token does not reach /{call.resource}.")


def owners_only(call: Call) -> None:
    """Raise `Refusal` 403 for a one-time token: this is for an account's own token."""
    if call.connector_id:
        raise forbidden("A connector's one-time token cannot do this.")


def may_create(call: Call) -> None:
    """Raise `Refusal` 403 when the token may not create documents of the path's resource."""
    admit(call)
    if call.connector_id and call.resource not in CONNECTORS_MAY_CREATE:
        raise forbidden(f"A connector's one-time token cannot create {call.resource}.")


def _stored(call: Call) -> Record:
    record = call.store.get(call.account_id, call.resource, call.id)
    if record is None:
        raise not_found(f"{call.resource} {call.id}")
    return record


def _is_reached(call: Call, record: Record) -> bool:
    return call.connector_id is None or record.connector_id == call.connector_id
