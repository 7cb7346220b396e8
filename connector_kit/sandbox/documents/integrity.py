"""Every reference leads to a document, and no document in use is deleted.

``/dependencies`` lists what uses a document (protocol/http-api.md#4-connections).
"""

from __future__ import annotations

from collections import defaultdict

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.references import Reference, references
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import Refusal, error, refuse
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.stacks.lookup import find_stack

OF_ONE_ENVIRONMENT = ("connections", "exports", "imports")


def check_references(call: Call, resource: str, document: Document, before: Record | None) -> None:
    """Raise `Refusal` 422 ``invalid_ref`` for references of *document* that lead nowhere.

    What *before* already referred to may be gone by now: this write is not to blame.
    """
    old = {reference.id for reference in references(resource, before.document)} if before else set()
    wrong = [
        _dangling(reference)
        if (target := _target(call, reference, document)) is None
        else _other_environment(reference, target, document)
        for reference in references(resource, document)
        if reference.id not in old
    ]
    if errors := [item for item in wrong if item]:
        raise Refusal(422, errors)


def check_unused(store: Store, record: Record) -> None:
    """Raise `Refusal` 422 when other documents use *record*."""
    users = store.users_of(record.id)
    if users:
        names = ", ".join(f"{user.resource} {user.id}" for user in users[:3])
        more = f" and {len(users) - 3} more" if len(users) > 3 else ""
        raise refuse(
            422,
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
    record = call.store.get(call.account_id, reference.resource, reference.id)
    if reference.resource == "stacks":
        connector_id = str(document.get("_connectorId") or "")
        return find_stack(call.store, call.account_id, connector_id, reference.id)
    if record and reference.resource == "integrations" and call.connector_id:
        return record if record.connector_id == call.connector_id else None
    return record


def _dangling(reference: Reference) -> Document:
    return error(
        "invalid_ref",
        f"{reference.field} names the {reference.resource} {reference.id!r}, which this account "
        "does not have.",
        reference.field,
    )


def _other_environment(reference: Reference, target: Record, document: Document) -> Document | None:
    """Connections, and the steps of flows that use them, are of one environment.

    Production and sandbox are kept apart (protocol/http-api.md#3-conventions).
    """
    if target.resource not in OF_ONE_ENVIRONMENT:
        return None
    if bool(target.get("sandbox")) == bool(document.get("sandbox")):
        return None
    word = target.resource.removesuffix("s")
    return error(
        "invalid_ref",
        f"{reference.field} names the {word} {target.id} of the other environment.",
        reference.field,
    )
