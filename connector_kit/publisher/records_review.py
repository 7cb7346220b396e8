"""Objections to publishing from the platform's records and the running server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from connector_kit.conf import kit
from connector_kit.documents import Document
from connector_kit.integrator import Client
from connector_kit.integrator.errors import Forbidden, NotFound
from connector_kit.lifecycle import FUNCTION_NAMES
from connector_kit.publisher import reach, record_plans
from connector_kit.publisher.live import ReleaseStanding
from connector_kit.publisher.objections import Objection, Weight
from connector_kit.publisher.publication import Publication
from connector_kit.publisher.served import not_served
from connector_kit.publisher.source_integrations import SourcePlan

REQUIRED = ("installerFunction", "updateFunction", "uninstallerFunction")
"""Functions that a listing of framework 1.0 must name (protocol/resources.md#connector)."""


def of_records(publication: Publication, client: Client) -> Iterator[Objection]:
    """Object to what the publisher's records on the platform say, or lack."""
    for type_, ids in publication.candidate.listing.iclients.items():
        for id_ in ids:
            try:
                client.iclients.get(id_)
            except (NotFound, Forbidden):
                message = f"The publisher's account has no iClient {id_}."
                hint = "Create it in Resources > iClients, or correct the id in the class."
                yield Objection("iclient_missing", f"iclients[{type_!r}]", message, hint)
    yield from _of_stack(publication.stack, client)
    yield from _of_listing(publication)


def of_source(source: SourcePlan, *, listed_id: str | None, overwrite: bool) -> Iterator[Objection]:
    """Object to what in the source integration is not the kit's; *overwrite* accepts edits.

    *listed_id* is the source that the marketplace listing names.
    """
    if source.id and listed_id and listed_id != source.id:
        yield Objection(
            "source_not_listed",
            "source",
            f"The listing names the integration {listed_id} as its source, but the kit keeps "
            f"{source.id}.",
            f"Publishing makes the listing name {source.id} again. To use {listed_id} instead, "
            f"delete {source.id} in integrator.io first.",
            Weight.ADVICE,
        )
    if source.edits and not overwrite:
        edits = "; ".join(source.edits)
        yield Objection(
            "source_edited",
            "source",
            f"The source integration was edited in integrator.io. This would be overwritten: "
            f"{edits}.",
            "Bring the edits into the class and publish a new version, or overwrite them with "
            "--overwrite-source.",
        )
    for obstacle in source.obstacles:
        yield Objection(
            obstacle.code, f"source.{obstacle.external_id}", obstacle.message, obstacle.hint
        )
    if source.plan.unknown:
        listed = ", ".join(source.plan.unknown)
        message = (
            f"The source integration holds documents that the class does not declare: {listed}."
        )
        hint = (
            "New customers get copies of them, which no update changes. Declare them, or delete "
            "them in integrator.io."
        )
        yield Objection("source_holds_more", "source", message, hint, Weight.ADVICE)


def of_framework(publication: Publication, live: Sequence[ReleaseStanding]) -> Iterator[Objection]:
    """Object to another framework than that of the installations: none can be made the other's."""
    listing, wanted = publication.listing, publication.candidate.listing.framework
    listed = 2 if listing and listing.get("framework") == record_plans.TWO_DOT_ZERO else 1
    is_used = any(standing.installations for standing in live)
    if listing and listed != wanted and (is_used or listed == 2):
        message = f"The listing is of framework {listed}.0, and the class of {wanted}.0."
        hint = "Publish a class with another name, which gets a listing of its own."
        yield Objection("framework_differs", "framework", message, hint)


def of_server(
    publication: Publication, live: Sequence[ReleaseStanding], client: Client
) -> Iterator[Objection]:
    """Object to a server that could not answer the platform's calls for *publication*.

    Installations of *live* releases make calls already; where there are none, the server may
    follow.
    """
    settings, stack = kit(), publication.stack
    tokens = settings.system_tokens
    token = client.stacks.system_token(stack["_id"]) if stack else next(iter(tokens), "")
    found = [*reach.insecure(settings.host_uri, api=settings.api_base_url)]
    if token in tokens:  # someone else's is never shown
        found += not_served(publication.candidate, live, token)
    else:
        found += reach.unreachable(settings.host_uri)
    is_used = any(standing.installations for standing in live)
    for objection in found:
        is_harmless = objection.weight is Weight.BREAKS and not is_used
        yield replace(objection, weight=Weight.ADVICE) if is_harmless else objection


@dataclass(frozen=True)
class _Drift:
    """A field of a record that says something else than it should."""

    code: str
    field: str
    found: object
    wanted: object

    def objection(self) -> Objection:
        message = f"The platform has {self.found!r} there; it should be {self.wanted!r}."
        hint = "To correct it, run 'connector-kit publish'."
        return Objection(self.code, self.field, message, hint, Weight.MENDED)


def _of_stack(stack: Document | None, client: Client) -> Iterator[Objection]:
    settings = kit()
    if stack is None:
        return
    live = (stack.get("server") or {}).get("hostURI")
    if live != settings.host_uri:
        drift = _Drift("host_uri_differs", "stack.server.hostURI", live, settings.host_uri)
        yield drift.objection()
    if client.stacks.system_token(stack["_id"]) not in settings.system_tokens:
        yield Objection(
            "system_token_unknown",
            "stack.server.systemToken",
            "The stack record has a system token that is not in this server's settings: every "
            "call of the platform would be refused.",
            "Set CONNECTOR_KIT_SYSTEM_TOKEN to the stack's token ('connector-kit publish "
            "--show-system-token' prints it), and restart the server.",
            Weight.ADVICE,
        )


def _of_listing(publication: Publication) -> Iterator[Objection]:
    live, wanted = publication.listing or {}, publication.candidate.listing
    if live.get("published") and not (wanted.contact_email or live.get("contactEmail")):
        message = "The connector is in the marketplace without a contact."
        hint = 'Add contact_email = "…" to the class. Upgrade requests are sent there.'
        yield Objection("contact_missing", "contact_email", message, hint, Weight.ADVICE)
    if publication.listing:
        yield from _of_live_functions(publication.listing, is_one=wanted.framework == 1)
        live_id, stack = live.get("_stackId"), publication.stack
        if stack and live_id != stack["_id"]:
            yield _Drift("stack_differs", "listing._stackId", live_id, stack["_id"]).objection()


def _of_live_functions(listing: Document, *, is_one: bool) -> Iterator[Objection]:
    """Object to names in the live listing that the served code has no function for."""
    named = dict(record_plans.functions_of(listing))
    for field in REQUIRED:
        if is_one and field not in named:
            drift = _Drift("function_missing", f"listing.{field}", None, FUNCTION_NAMES[field])
            yield drift.objection()
    for field, name in named.items():
        wanted = FUNCTION_NAMES.get(field)
        if wanted and name != wanted:
            yield _Drift("function_differs", f"listing.{field}", name, wanted).objection()
        elif not wanted:
            message = f"The served code has no function {name!r} for it."
            hint = "The kit installs only from integrator.io. Clear the field in the listing."
            yield Objection("function_unknown", f"listing.{field}", message, hint, Weight.ADVICE)
