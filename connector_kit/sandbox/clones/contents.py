"""What a copy of a document takes along: all it needs, except connections and stacks."""

from __future__ import annotations

from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.references import references
from connector_kit.sandbox.documents.store import Store

ORDER = (
    *("scripts", "asynchelpers", "filedefinitions", "lookupcaches", "exports", "imports"),
    *("tools", "apis", "flows"),
)
"""Types that are copied, what is referred to before what refers."""

_STEPS = ("installSteps", "uninstallSteps", "changeEditionSteps")


def contents_of(store: Store, record: Record) -> list[Record]:
    """Return *record* and what it needs, in the order in which it can be created.

    Of an integration it is the integration itself first, then all its members, and the scripts that
    its steps name.
    """
    is_whole = record.resource == "integrations"
    members = [*store.members(record), *_scripts_of_steps(store, record)] if is_whole else [record]
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
    return [record, *ordered] if is_whole else ordered


def _scripts_of_steps(store: Store, integration: Record) -> list[Record]:
    ids = [
        str(step.get("_scriptId"))
        for name in _STEPS
        for step in objects(integration.get(name))
        if step.get("_scriptId")
    ]
    scripts = (store.get(integration.account_id, "scripts", id_) for id_ in dict.fromkeys(ids))
    return [script for script in scripts if script]


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
