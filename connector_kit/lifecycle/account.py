"""One installation's account, as far as a connector's token reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field

from connector_kit.blueprint import CONNECTOR, INTEGRATION, STACK, CompiledComponent
from connector_kit.blueprint.fields import SERVER_FIELDS
from connector_kit.documents import Document, abstract, resolve, shows_mask
from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound
from connector_kit.integrator.transport.timing import SYSTEM_CLOCK, Clock
from connector_kit.lifecycle.creating import create_once
from connector_kit.lifecycle.errors import (
    ChangedMeanwhile,
    InstallationVanished,
    LifecycleError,
)
from connector_kit.lifecycle.tags import ConnectorTag, Tag, recognize
from connector_kit.models import Connector, SourceIntegration
from connector_kit.plan import Fence, Live
from connector_kit.plan.patch import operations
from connector_kit.takeover import members

STALE_AFTER = 2.0
"""Seconds after which a document is read again before it is replaced: customers keep working, and
the platform has no optimistic locking (protocol/README.md U27)."""

_NOT_THE_CUSTOMERS = SERVER_FIELDS | {"content", "updateInProgress"}
"""Fields in which a document may differ from what was read without an edit by anyone else: only the
connector writes a script's content, and lists leave it out."""


@dataclass
class Account:
    """The account behind one function call: its client, its integration, its ids by name."""

    client: Client
    tag: Tag
    integration_id: str
    integration: Document = field(repr=False)
    ids: dict[str, str] = field(default_factory=dict)
    clock: Clock = field(default=SYSTEM_CLOCK, repr=False)

    def __post_init__(self) -> None:
        self.borrowed: frozenset[str] = frozenset()
        """The components for which, as far as was read, a connection of the customer's own stands
        in: the kit has no access to it, and does not make another."""
        self._seen: dict[str, Document] = {}
        self._seen_at = self.clock.now()

    @property
    def fence(self) -> Fence:
        """What a document must be tagged with before the kit touches it."""
        return self.tag.fence

    @property
    def is_embedded(self) -> bool:
        """Whether the kit uses the publisher's token, without a connector.

        Then the platform keeps no version and no lock: those fields belong to connectors
        (protocol/resources.md#integration).
        """
        return self.fence.connector_id is None

    def resolve(self, document: Document) -> Document:
        """Return *document* with this account's ids in place of names."""
        return resolve(document, self.ids)

    def envelope(self, component: CompiledComponent) -> Document:
        """Return *component* as it is created here: resolved, named and tagged.

        Where integrations answer no ``sandbox``, the token says which environment it is
        (protocol/platform-2026.md#2).
        """
        environment = {
            name: self.integration[name] for name in self.integration.keys() & {"sandbox"}
        }
        return {
            **self.resolve(component.document),
            **self.tag.marks(component.external_id),
            **environment,
        }

    def read_integration(self) -> None:
        """Read the integration again: its owner and the platform write to it, too."""
        self.integration = self.client.integrations.get(self.integration_id)

    def require_unchanged(self, resource: str, document_id: str) -> None:
        """Read a document again that was read a while ago and is about to be replaced.

        Raises `ChangedMeanwhile` when it was edited, or deleted, since.
        """
        if self.clock.now() - self._seen_at < STALE_AFTER:
            return
        try:
            now = self.client.resource(resource).get(document_id)
        except NotFound as error:
            raise ChangedMeanwhile(resource, document_id) from error
        seen = self._seen[document_id]
        if now.get("lastModified") == seen.get("lastModified"):
            return
        # The platform itself writes, too; only other fields show an edit.
        fields = (seen.keys() | now.keys()) - _NOT_THE_CUSTOMERS
        if any(seen.get(key) != now.get(key) for key in fields):
            raise ChangedMeanwhile(resource, document_id)

    def write_integration(self, document: Document) -> None:
        """Replace the integration's document, or patch it where it shows masked secrets (U35)."""
        if not shows_mask(self.integration):
            self.integration = self.client.integrations.update(self.integration_id, document)
            return
        self.client.integrations.patch(self.integration_id, operations(self.integration, document))
        self.integration = document

    def create(self, component: CompiledComponent) -> str:
        """Create *component* once, even if an answer is lost; returns its id.

        After a lost answer the account is searched for the external id, and what was created is
        adopted. Raises `OutcomeUnknown` when the outcome is still unknown after a few attempts.
        """
        name, resource = component.external_id, component.resource

        def find() -> list[str]:
            return [
                str(document["_id"])
                for document in self._read(resource, {name}, {})
                if self.tag.name_of(document) == name and self.owns(document)
            ]

        body = self.envelope(component)
        return create_once(self.client.resource(resource), body, find=find, clock=self.clock)

    def owns(self, document: Document) -> bool:
        """Tell whether *document* carries the tag of this installation."""
        fence = self.fence
        return self.tag.whose(document) == (fence.connector_id, fence.integration_id)

    def owned(self, resources: Iterable[str]) -> list[tuple[str, Document]]:
        """Read everything that carries the tag of this installation, with its resource type.

        What carries the connector's tag alone counts if it can only be of this installation.
        """
        found = [
            (resource, document)
            for resource in resources
            for document in self._read(resource, None, {})
        ]
        adrift: Set[str] = frozenset()
        if isinstance(self.tag, ConnectorTag):
            connector_id = self.tag.connector_id
            tagged = [item for _, item in found if item.get("_connectorId") == connector_id]
            if not all(item.get("_integrationId") for item in tagged):
                others = self.client.integrations.list()
                installed = [item for item in others if item.get("_connectorId") == connector_id]
                adrift = members(tagged, self.integration, installed)
        owned = [row for row in found if self.owns(row[1]) or row[1]["_id"] in adrift]
        self._seen |= {document["_id"]: document for _, document in owned}
        self._seen_at = self.clock.now()
        return owned

    def read(
        self,
        resources: Iterable[str],
        *,
        declared: Mapping[str, CompiledComponent],
        applied: Mapping[str, CompiledComponent],
        known_ids: Mapping[str, str],
    ) -> tuple[Live, ...]:
        """Read what the account holds of this installation, one resource type at a time.

        *known_ids* (external id to id, as remembered) lets a document be recognized that lost
        its integration, and references to one that is gone. Fills `ids`. The integration itself
        comes last, as ``@integration``.
        """
        self.ids = {name: known for name, known in known_ids.items() if known} | self.ids
        wanted = {*known_ids.values()}
        expected = [*declared.values(), *applied.values()]
        names_of: dict[str, set[str]] = {}
        for component in expected:
            names_of.setdefault(component.resource, set()).add(component.external_id)
        found = [
            (resource, document)
            for resource in resources
            for document in self._read(resource, names_of.get(resource, set()), known_ids)
            if self.tag.may_hold(document) or document["_id"] in wanted
        ]
        self._seen |= {document["_id"]: document for _, document in found}
        self._seen_at = self.clock.now()
        if isinstance(self.tag, ConnectorTag) and self.tag.origins:
            self.tag = self.tag.knowing(recognize(found, expected, self.tag))
        for _, document in found:
            name, (connector_id, _) = self.tag.name_of(document), self.tag.whose(document)
            if name and connector_id == self.fence.connector_id:
                self.ids[name] = document["_id"]
        held = {self.tag.name_of(document) for _, document in found}
        stand_ins = self.stand_ins({*applied, *known_ids, *held})
        self.borrowed = frozenset(stand_ins)
        self.ids |= stand_ins
        remembered = {identity: name for name, identity in known_ids.items()}
        names = remembered | {identity: name for name, identity in self.ids.items()}
        scripts = _Scripts(self.client, self.tag, declared, applied)
        return (
            *(
                self._live(resource, scripts.complete(document), names)
                for resource, document in found
            ),
            self._live("integrations", self.integration, names),
        )

    def _read(
        self, resource: str, names: Set[str] | None, ids: Mapping[str, str]
    ) -> Iterator[Document]:
        """Yield the documents of *resource* that may belong to the installation.

        *names* are those of the components looked for (None: all there may be), *ids* those on
        record by name. In a customer's account nearly everything is the installation's, so the
        whole list is read. An embedded account may have thousands of deployments: there it is the
        integration's own members (protocol/http-api.md#7-integrations) and the ids on record.
        Connections and scripts are not always members; if one of their ids is missing, perhaps
        because its record was lost, the whole list is searched.
        """
        integrations = self.client.integrations
        members = {
            "exports": integrations.exports,
            "imports": integrations.imports,
            "flows": integrations.flows,
        }.get(resource)
        if (
            not self.is_embedded
            or names is None
            or (members is None and not all(ids.get(name) for name in names))
        ):
            yield from self.client.resource(resource).list()
            return
        seen = set()
        for document in members(self.integration_id) if members else ():
            seen.add(document["_id"])
            yield document
        for name in sorted(names):
            if (identity := ids.get(name)) and identity not in seen:
                with suppress(NotFound):
                    yield self.client.resource(resource).get(identity)

    def stand_ins(self, owned: Set[str]) -> dict[str, str]:
        """The connections that the customer chose for components that are not *owned*, by these.

        One connection may stand in for several. What the kit owned and lost was deleted.
        """
        chosen = self.tag.chosen if isinstance(self.tag, ConnectorTag) else {}
        return {name: identity for name, identity in chosen.items() if name not in owned}

    def _live(self, resource: str, document: Document, names: Mapping[str, str]) -> Live:
        connector_id, integration_id = self.tag.whose(document)
        is_installation = resource == "integrations"
        name = INTEGRATION if is_installation else self.tag.name_of(document)
        is_named = (
            is_installation or document.get("externalId") == self.tag.marks(name)["externalId"]
        )
        return Live(
            id=document["_id"],
            external_id=name,
            resource=resource,
            document=abstract(document, names),
            connector_id=connector_id,
            integration_id=self.integration_id if is_installation else integration_id,
            is_unnamed=bool(name) and not is_named,
        )


@dataclass
class _Scripts:
    """Fetches the content that script lists leave out (protocol/http-api.md#10), when it matters.

    A script that the release does not change is assumed to hold what was applied: only the
    connector can write it, and reading all of them would cost a request each.
    """

    client: Client
    tag: Tag
    declared: Mapping[str, CompiledComponent]
    applied: Mapping[str, CompiledComponent]

    def complete(self, document: Document) -> Document:
        name = self.tag.name_of(document)
        declared, applied = self.declared.get(name), self.applied.get(name)
        component = declared or applied
        if "content" in document or component is None or component.resource != "scripts":
            return document
        if declared and applied and declared.digest == applied.digest:
            return {**document, "content": applied.document.get("content")}
        if declared:
            return {**document, **self.client.scripts.get(document["_id"])}
        return document


def open_account(client: Client, connector: Connector, integration_id: str) -> Account:
    """Read the integration, an installation of *connector*, and return its account.

    Raises `InstallationVanished` when the integration is gone, and `LifecycleError`
    ``installation_foreign`` when it belongs to no or another connector.
    """
    try:
        integration = client.integrations.get(integration_id)
    except NotFound as error:
        raise InstallationVanished(integration_id) from error
    connector_id = connector.connector_id or ""
    if integration.get("_connectorId") != connector_id:
        raise LifecycleError(
            "installation_foreign",
            f"The integration {integration_id} is tagged with "
            f"{integration.get('_connectorId') or 'no connector'}, not with {connector_id}. It "
            "was not changed.",
        )
    is_copy = bool(integration.get("_sourceId"))
    origins = SourceIntegration.objects.names(connector) if is_copy else {}
    chosen = _chosen(integration, origins)
    # A connection that was made for one step may have been chosen for later ones.
    names = {identity: name for name, identity in reversed(chosen.items())}
    return Account(
        client=client,
        tag=ConnectorTag(connector_id, integration_id, origins, chosen, names),
        integration_id=integration_id,
        integration=integration,
        ids={INTEGRATION: integration_id, CONNECTOR: connector_id}
        | ({STACK: connector.stack_id} if connector.stack_id else {}),
    )


def _chosen(integration: Document, origins: Mapping[str, str]) -> dict[str, str]:
    """The connections with which install steps of framework 2.0 were taken, by component."""
    chosen = {}
    for step in integration.get("installSteps") or ():
        template = step.get("sourceConnection") or {}
        name = template.get("externalId") or origins.get(template.get("_id") or "")
        if name and step.get("_connectionId"):
            chosen[name] = step["_connectionId"]
    return chosen


def resources_of(components: Iterable[CompiledComponent]) -> tuple[str, ...]:
    """The resource types among *components*, each once, in their order."""
    return tuple(dict.fromkeys(component.resource for component in components))


def by_external_id(components: Iterable[CompiledComponent]) -> dict[str, CompiledComponent]:
    """Index *components* by external id."""
    return {component.external_id: component for component in components}
