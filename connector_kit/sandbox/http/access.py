"""Who may touch what (protocol/http-api.md#one-time-tokens, protocol/README.md U3).

An account's token reaches all of the account's documents. A connector's one-time token reaches
only those tagged with its ``_connectorId``: others it cannot see (404) or write (403).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http.call import Call
from connector_kit.sandbox.http.errors import forbidden, invalid_reference, not_found

Reach = Callable[[Call], Record]
"""`readable` or `writable`."""

CONNECTORS_MAY_CREATE = {
    *("connections", "exports", "imports", "flows", "scripts", "asynchelpers"),
    *("filedefinitions", "lookupcaches", "ediprofiles", "iclients", "accesstokens"),
    *("tools", "apis", "mcpservers"),
}
CONNECTORS_MAY_USE = CONNECTORS_MAY_CREATE | {"integrations"}


def visible(call: Call) -> list[Record]:
    """Return the documents of the path's resource that the token sees."""
    admit(call)
    return reached(call, call.store.documents(call.account_id, call.resource))


def reached(call: Call, records: Iterable[Record]) -> list[Record]:
    """Return those of *records* that the token reaches."""
    return [record for record in records if is_reached(call, record)]


def readable(call: Call) -> Record:
    """Return the document of the path; raises `Refusal` 404 when the token does not see it."""
    admit(call)
    record = _stored(call)
    if not is_reached(call, record):
        raise not_found(f"{call.resource} {call.id}")
    return record


def writable(call: Call) -> Record:
    """Return the document of the path; raises `Refusal` 403 when the token may not change it."""
    admit(call)
    record = _stored(call)
    if not is_reached(call, record):
        raise forbidden(f"The {call.resource} {call.id} does not belong to this connector.")
    return record


def lookup(call: Call, resource: str, identity: object, field: str) -> Record:
    """Return a document that a body names; raises `Refusal` 422 ``invalid_ref``."""
    record = call.store.get(call.account_id, resource, str(identity))
    if record is None or not is_reached(call, record):
        raise invalid_reference(field, resource, identity)
    return record


def admit(call: Call) -> None:
    """Raise `Refusal` 403 when the resource is out of a connector's reach altogether."""
    if call.connector_id and call.resource not in CONNECTORS_MAY_USE:
        raise forbidden(f"A connector's one-time token does not reach /{call.resource}.")


def owners_only(call: Call) -> None:
    """Raise `Refusal` 403 for a one-time token: this is for an account's own token."""
    if call.connector_id:
        raise forbidden("A connector's one-time token cannot do this.")
    if call.token.integrations is not None and "id" not in call.params:
        raise forbidden("A share of single integrations does not reach this.")


def may_create(call: Call) -> None:
    """Raise `Refusal` 403 when the token may not create documents of the path's resource."""
    admit(call)
    may_create_in(call, call.resource)


def may_create_in(call: Call, resource: str) -> None:
    """Raise `Refusal` 403 when the token may not create documents of this type."""
    if call.connector_id and resource not in CONNECTORS_MAY_CREATE:
        raise forbidden(f"A connector's one-time token cannot create {resource}.")
    if call.token.integrations is not None:
        raise forbidden("A share of single integrations creates nothing.")


def _stored(call: Call) -> Record:
    record = call.store.get(call.account_id, call.resource, call.id)
    if record is None:
        raise not_found(f"{call.resource} {call.id}")
    return record


def is_reached(call: Call, record: Record) -> bool:
    """Whether the token reaches a document of its account."""
    shared = call.token.integrations
    integration_id = record.id if record.resource == "integrations" else record.integration_id
    if shared is not None and integration_id not in shared:
        return False
    return call.connector_id is None or record.connector_id == call.connector_id
