"""What a copy of a document takes along: all it needs, except connections and stacks."""

from __future__ import annotations

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.references import references
from connector_kit.sandbox.documents.store import Store

ORDER = (
    *("scripts", "asynchelpers", "filedefinitions", "lookupcaches", "exports", "imports"),
    *("tools", "apis", "flows"),
)
"""Types that are copied, what is referred to before what refers."""


def contents_of(store: Store, record: Record) -> list[Record]:
    """Return *record* and what it needs, in the order in which it can be created.

    Of an integration it is the integration itself first, then all its members.
    """
    members = store.members(record) if record.resource == "integrations" else [record]
    contents = {member.id: member for member in members if member.resource in ORDER}
    waiting = [record, *contents.values()]
    while waiting:
        for reference in references(waiting[0].resource, waiting.pop(0).document):
            target = store.get(record.account_id, reference.resource, reference.id)
            if not target or target.resource == "flows" or target.id in contents:
                continue
            if target.resource in ORDER:
                contents[target.id] = target
                waiting.append(target)
    ordered = sorted(contents.values(), key=lambda item: (ORDER.index(item.resource), item.id))
    return [record, *ordered] if record.resource == "integrations" else ordered


def named_ids(records: list[Record], resource: str) -> list[str]:
    """Return the ids of one type, connections or stacks, that documents name."""
    ids = (
        reference.id
        for record in records
        for reference in references(record.resource, record.document)
        if reference.resource == resource
    )
    return [*dict.fromkeys(ids)]


def connections_of(store: Store, records: list[Record]) -> list[Record]:
    """Return the connections that documents use."""
    account_id = records[0].account_id if records else ""
    ids = named_ids(records, "connections")
    connections = (store.get(account_id, "connections", id_) for id_ in ids)
    return [connection for connection in connections if connection]
