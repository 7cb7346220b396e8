"""What a publication changes in the publisher's own records on the platform, as values. Pure.

Two records make a connector: the stack says where the server listens, the listing names the
functions to call there (protocol/resources.md#stack, #connector).
"""

from dataclasses import dataclass
from typing import Literal

from connector_kit.blueprint import Blueprint, Document, FieldChange
from connector_kit.lifecycle import FUNCTION_NAMES

NEW_STACK = "(the new stack)"
"""Stands for the id of a stack record that is still to be created."""

Action = Literal["create", "update", "unchanged"]


@dataclass(frozen=True)
class RecordPlan:
    """What happens to one record; *id* is None as long as it is still to be created."""

    resource: str
    action: Action
    id: str | None
    changes: tuple[FieldChange, ...]

    def to_json(self) -> Document:
        """Return the plan as JSON."""
        return {
            "resource": self.resource,
            "action": self.action,
            "id": self.id,
            "fields": [change.to_json() for change in self.changes],
        }


def plan_stack(live: Document | None, *, host_uri: str) -> RecordPlan:
    """What makes the stack record *live* point to the server at *host_uri*."""
    before = ((live or {}).get("server") or {}).get("hostURI")
    changes = [] if before == host_uri else [FieldChange("server.hostURI", before, host_uri)]
    return _plan("stacks", live, changes)


def plan_listing(live: Document | None, wanted: Document) -> RecordPlan:
    """What makes the listing *live* say what *wanted* says; its other fields stay."""
    changes = [
        FieldChange(name, (live or {}).get(name), value)
        for name, value in wanted.items()
        if (live or {}).get(name) != value
    ]
    return _plan("connectors", live, changes)


def _plan(resource: str, live: Document | None, changes: list[FieldChange]) -> RecordPlan:
    if live is None:
        return RecordPlan(resource, "create", None, tuple(changes))
    return RecordPlan(resource, "update" if changes else "unchanged", live["_id"], tuple(changes))


def new_stack(slug: str, *, host_uri: str, system_token: str | None) -> Document:
    """The stack record as it is created. Without *system_token* the platform makes one."""
    token = {"systemToken": system_token} if system_token else {}
    return {"name": stack_name(slug), "type": "server", "server": {"hostURI": host_uri, **token}}


def stack_name(slug: str) -> str:
    """The name by which a stack record is found again after an answer was lost."""
    return f"Connector Kit: {slug}"


def runtime(stack_id: str) -> Document:
    """The part of the listing that says where the connector's code runs."""
    return {"_stackId": stack_id, **FUNCTION_NAMES}


def presentation(blueprint: Blueprint, *, handle: str) -> Document:
    """The part of the listing that customers read."""
    return {
        "name": blueprint.name,
        "handle": handle,
        "description": blueprint.description,
        "applications": list(blueprint.applications),
    }


def is_stack(document: Document, name: str) -> bool:
    """Whether *document* is the stack record called *name* of a server (not of a Lambda)."""
    return document.get("name") == name and document.get("type") == "server"


def is_listing(document: Document, *, name: str, handle: str) -> bool:
    """Whether *document* is the listing that a publication under *name* and *handle* made."""
    return document.get("name") == name and document.get("handle") == handle
