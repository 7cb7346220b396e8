"""Every reference leads to a document, and no document in use is deleted.

``/dependencies`` lists what uses a document (protocol/http-api.md#4-connections).
"""

from __future__ import annotations

from collections import defaultdict

from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.references import SHARED, Reference, references
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import Refusal, error, invalid_reference, refuse
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.stacks.lookup import find_stack

OF_ONE_ENVIRONMENT = ("connections", "exports", "imports")
"""Production and sandbox are kept apart (protocol/http-api.md#3-conventions)."""


def check_references(call: Call, resource: str, document: Document, before: Record | None) -> None:
    """Raise `Refusal` 422 ``invalid_ref`` for references of *document* that lead nowhere.

    What *before* already referred to may be gone by now: this write is not to blame.
    """
    old = {reference.id for reference in references(resource, before.document)} if before else set()
    in_sandbox = bool(document.get("sandbox"))
    errors: list[Document] = []
    for reference in references(resource, document):
        if reference.id in old:
            continue
        target = _target(call, reference, document)
        if target is None and not _may_be_anyones(call, reference):
            errors += invalid_reference(reference.field, reference.resource, reference.id).errors
        elif (
            target
            and target.resource in OF_ONE_ENVIRONMENT
            and bool(target.get("sandbox")) != in_sandbox
        ):
            type_ = target.resource.removesuffix("s")
            message = f"{reference.field} names the {type_} {target.id} of the other environment."
            errors.append(error("invalid_ref", message, reference.field))
    if errors:
        raise Refusal(422, errors)


def check_unused(store: Store, record: Record) -> None:
    """Raise `Refusal` 422 when other documents use *record*; for tools it is 409.

    protocol/platform-2026.md#17
    """
    users = store.users_of(record.id)
    if users:
        names = ", ".join(f"{user.resource} {user.id}" for user in users[:3])
        more = f" and {len(users) - 3} more" if len(users) > 3 else ""
        raise refuse(
            409 if record.resource == "tools" else 422,
            "resource_in_use",
            f"The {record.resource} {record.id} is used by {names}{more}; change these first.",
        )


def dependencies(call: Call) -> Answer:
    """GET /{resource}/{id}/dependencies: who uses the document."""
    users: dict[str, list[Document]] = defaultdict(list)
    for user in call.store.users_of(access.readable(call).id):
        users[user.resource].append({"id": user.id, "name": user.get("name")})
    return answer(users)


def _target(call: Call, reference: Reference, document: Document) -> Record | None:
    if reference.resource == "stacks":
        connector_id = str(document.get("_connectorId") or "")
        return find_stack(call.store, call.account_id, connector_id, reference.id)
    record = call.store.get(call.account_id, reference.resource, reference.id)
    if record is None and reference.hold == SHARED:
        return _offered(call, reference, str(document.get("_connectorId") or ""))
    if record and reference.resource == "integrations" and call.connector_id:
        return record if record.connector_id == call.connector_id else None
    return record


def _offered(call: Call, reference: Reference, connector_id: str) -> Record | None:
    """Return the iClient of a publisher's that a connector offers to those who install it."""
    connector = call.store.find("connectors", connector_id)
    offers = objects(connector.get("_iClientIdMap")) if connector else []
    if connector and any(reference.id in (entry.get("_iClientIds") or ()) for entry in offers):
        return call.store.get(connector.account_id, reference.resource, reference.id)
    return None


def _may_be_anyones(call: Call, reference: Reference) -> bool:
    """Whether *reference* may lead to one of the vendor's own, of which no account knows."""
    is_known = call.store.find(reference.resource, reference.id) is not None
    return reference.hold == SHARED and not is_known
