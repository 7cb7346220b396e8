"""What a publication changes in the publisher's own records on the platform, as values. Pure.

Two records make a connector: the stack says where the server listens, the listing names the
functions to call there (protocol/resources.md#stack, #connector).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from connector_kit.blueprint import Blueprint, Listing
from connector_kit.documents import Document
from connector_kit.lifecycle import CHANGE_EDITION, FUNCTION_NAMES
from connector_kit.plan import FieldChange

NEW_STACK = "(the new stack)"
"""The placeholder for the id of a stack record that will be created."""

TWO_DOT_ZERO = "twoDotZero"
"""The platform's word for framework 2.0, and the field with what only that one has."""

LATE = ("trialEnabled", "trialPeriod")
"""Fields that a listing accepts only once it exists (protocol/resources.md#connector)."""

Editions = tuple[tuple[str, int], ...]
"""The names of a connector's editions, each with its order: lowest first."""

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
    """The changes that make the listing *live* match *wanted*; its other fields stay."""
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


def presentation(
    blueprint: Blueprint,
    listing: Listing,
    *,
    handle: str,
    stack_id: str,
    live: Document | None,
) -> Document:
    """The part of the listing that the class decides; what it leaves empty is left out."""
    optional = {
        "websiteURL": listing.website_url,
        "imageURL": listing.image_url,
        "helpURL": listing.help_url,
        "contactEmail": listing.contact_email,
        "_iClientIdMap": iclient_map(listing.iclients),
    }
    document: Document = {
        "name": blueprint.name,
        "handle": handle,
        "description": blueprint.description,
        "applications": list(blueprint.applications),
        **{name: value for name, value in optional.items() if value},
    }
    if listing.trial_days is not None:
        document["trialEnabled"] = bool(listing.trial_days)
    if listing.trial_days:
        document["trialPeriod"] = listing.trial_days
    if listing.framework == 2:
        editions = editions_of(blueprint)
        own = two_dot_zero((live or {}).get(TWO_DOT_ZERO) or {}, editions)
        own["update"] = {"function": FUNCTION_NAMES["updateFunction"], "_stackId": stack_id}
        if blueprint.children is not None:
            own["isParentChild"] = True
        if editions:  # without, there is nothing to change, and what the listing names stays
            own["changeEdition"] = {"function": CHANGE_EDITION, "_stackId": stack_id}
        document |= {"framework": TWO_DOT_ZERO, TWO_DOT_ZERO: own}
    return document


def editions_of(blueprint: Blueprint) -> Editions:
    """The editions that the class declares, as a listing of framework 2.0 names them."""
    return tuple(
        (edition.display_name, order) for order, edition in enumerate(blueprint.editions, 1)
    )


def iclient_map(iclients: Mapping[str, tuple[str, ...]]) -> list[Document]:
    """Which iClients are offered for which type of connection, as the platform writes it."""
    return [
        {"_iClientIds": list(ids), "connection": {"type": type_}} for type_, ids in iclients.items()
    ]


def two_dot_zero(live: Document, editions: Editions) -> Document:
    """What framework 2.0 adds to a listing: *live* with *editions*, each a name and its order.

    An edition is known by its name and keeps the id that the platform gave it, to which licenses
    refer. Those that are no longer named are left out; without any editions, what is live stays.
    """
    if not editions:
        return dict(live)
    known = {edition.get("displayName"): edition for edition in live.get("editions") or ()}
    written = [
        {**known.get(name, {}), "displayName": name, "order": order} for name, order in editions
    ]
    return {**live, "editions": written}


def source_id_of(listing: Document | None) -> str | None:
    """The id of the source integration that *listing* names, if it names one."""
    identity = ((listing or {}).get(TWO_DOT_ZERO) or {}).get("_integrationId")
    return identity if isinstance(identity, str) and identity else None


def without_late(document: Document) -> Document:
    """The part of *document* with which a listing is created."""
    return {name: value for name, value in document.items() if name not in LATE}


def functions_of(listing: Document) -> Iterator[tuple[str, str]]:
    """Yield the fields of a live *listing* that name functions of the stack, with the names."""
    for field in (*FUNCTION_NAMES, "externalInstallerFunction"):
        if name := listing.get(field):
            yield field, str(name)


def is_stack(document: Document, name: str) -> bool:
    """Whether *document* is the stack record called *name* of a server (not of a Lambda)."""
    return document.get("name") == name and document.get("type") == "server"


def is_listing(document: Document, *, name: str, handle: str) -> bool:
    """Whether *document* is the listing that a publication under *name* and *handle* made."""
    return document.get("name") == name and document.get("handle") == handle
