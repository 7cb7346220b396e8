"""One installation's account, as far as a connector's token reaches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from connector_kit.blueprint import CONNECTOR, INTEGRATION, STACK, CompiledComponent
from connector_kit.blueprint.fields import SERVER_FIELDS
from connector_kit.blueprint.placeholders import completed
from connector_kit.documents import Document, abstract, resolve, shows_mask
from connector_kit.documents.walking import merged
from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound
from connector_kit.integrator.transport.timing import SYSTEM_CLOCK, Clock
from connector_kit.lifecycle.creating import create_once
from connector_kit.lifecycle.errors import (
    ChangedMeanwhile,
    InstallationVanished,
    LifecycleError,
)
from connector_kit.lifecycle.recognition import Found, Recognized, is_standalone, recognize
from connector_kit.lifecycle.tags import ConnectorTag, Tag
from connector_kit.models import Connector, SourceIntegration
from connector_kit.plan import Fence, Live
from connector_kit.plan.patch import operations
from connector_kit.takeover import members

STALE_AFTER = 2.0
"""Seconds after which a document is read again before it is replaced: customers keep working, and
the platform has no optimistic locking (protocol/README.md U27)."""

_REGISTERED = "_registeredConnectionIds"
"""The field in which the platform lists an integration's connections, whether used or not."""

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
    recorded_elsewhere: Callable[[Set[str]], Set[str]] = field(
        default=lambda _: frozenset(), repr=False
    )
    """Which of some document ids the records have as those of other installations."""
    credentials: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    """What is known of the customer's logins, by connection: written when one is created."""

    def __post_init__(self) -> None:
        self.logged_in: set[str] = set()
        """The connections that were created with credentials."""
        self.borrowed: frozenset[str] = frozenset()
        """The components for which, as far as was read, a connection of the customer's own stands
        in: the kit has no access to it, and does not make another."""
        self.without_external_ids: set[str] = set()
        """The resource types whose documents, as far as was seen, keep no external id."""
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

        A connection gets its credentials, and placeholders for those that are not known. Where
        integrations answer no ``sandbox``, the token says which environment it is
        (protocol/platform-2026.md#2).
        """
        environment = {
            name: self.integration[name] for name in self.integration.keys() & {"sandbox"}
        }
        entered = self.credentials.get(component.external_id, {})
        document = merged(component.document, entered) if entered else component.document
        return {
            **self.resolve(completed(component.resource, document)),
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

        After a lost answer the account is searched, and what was created is adopted. Raises
        `OutcomeUnknown` when the outcome is still unknown after a few attempts.
        """
        name, resource = component.external_id, component.resource

        def find() -> list[str]:
            found = self._found([resource], [component], {}, attempted={name})
            recognized = self._recognize(found, [component], attempted={name})
            self.tag = self.tag.knowing({**recognized.names, **recognized.doubles})
            own = [
                document["_id"]
                for _, document in found
                if self.tag.name_of(document) == name and self.owns(document)
            ]
            return sorted(own, key=lambda identity: identity in recognized.doubles)

        body = self.envelope(component)
        created = create_once(self.client.resource(resource), body, find=find, clock=self.clock)
        if name in self.credentials:
            self.logged_in.add(name)
        return created

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
        attempted: Set[str] = frozenset(),
    ) -> tuple[Live, ...]:
        """Read what the account holds of this installation, one resource type at a time.

        *known_ids* (id by component, as recorded) lets a document be recognized that says nothing
        of itself, and references to one that is gone; *attempted* are the components that may have
        been made without being recorded. Fills `ids`. The integration itself comes last, as
        ``@integration``.
        """
        self.ids = {name: known for name, known in known_ids.items() if known} | self.ids
        expected = [*declared.values(), *applied.values()]
        found = self._found(resources, expected, known_ids, attempted=attempted)
        self._seen |= {document["_id"]: document for _, document in found}
        self._seen_at = self.clock.now()
        on_record = {*known_ids.values()}
        self.without_external_ids |= {
            resource
            for resource, document in found
            if document["_id"] in on_record and not document.get("externalId")
        }
        recognized = self._recognize(found, expected, attempted=attempted)
        self.tag = self.tag.knowing({**recognized.names, **recognized.doubles})
        for _, document in found:
            name = recognized.names.get(document["_id"])
            if name and self.tag.whose(document)[0] == self.fence.connector_id:
                self.ids[name] = document["_id"]
        stand_ins = self.stand_ins({*applied, *known_ids, *recognized.names.values()})
        self.borrowed = frozenset(stand_ins)
        self.ids |= stand_ins
        remembered = {identity: name for name, identity in known_ids.items()}
        names = remembered | {identity: name for name, identity in self.ids.items()}
        scripts = _Scripts(self.client, self.tag, declared, applied, recognized.doubles)
        return (
            *(
                self._live(resource, scripts.complete(document), names, recognized)
                for resource, document in found
            ),
            self._live("integrations", self.integration, names, recognized),
        )

    def _found(
        self,
        resources: Iterable[str],
        expected: Iterable[CompiledComponent],
        known_ids: Mapping[str, str],
        *,
        attempted: Set[str],
    ) -> list[Found]:
        """Read what may be of this installation.

        In an embedded account, a document that names neither component nor integration may have
        been left by one of the *attempted* creates, if no other deployment has it.
        """
        names: dict[str, set[str]] = {}
        labels = set()
        for component in expected:
            names.setdefault(component.resource, set()).add(component.external_id)
            if self.is_embedded and component.external_id in attempted:
                labels.add((component.resource, component.document.get("name")))
        on_record = {*known_ids.values()}
        found, strays = [], []
        for resource in resources:
            for document in self._read(resource, names.get(resource, set()), known_ids):
                if self.tag.may_hold(document) or document["_id"] in on_record:
                    found.append((resource, document))
                elif (resource, document.get("name")) in labels and is_standalone(document):
                    strays.append((resource, document))
        if strays:
            taken = self.recorded_elsewhere({document["_id"] for _, document in strays})
            found += [stray for stray in strays if stray[1]["_id"] not in taken]
        return found

    def _recognize(
        self,
        found: list[Found],
        components: Collection[CompiledComponent],
        *,
        attempted: Set[str] = frozenset(),
    ) -> Recognized:
        """Tell which of *components* the documents in *found* are, as far as is known by now."""
        page = {key: value for key, value in self.integration.items() if key != _REGISTERED}
        return recognize(
            found,
            components,
            self.tag,
            ids=self.ids,
            attempted=attempted,
            users=[page],
            complete=self._complete,
        )

    def _complete(self, resource: str, document: Document) -> Document:
        """Fetch the content of a script, which lists leave out (protocol/http-api.md#10)."""
        if resource != "scripts" or "content" in document:
            return document
        return {**document, **self.client.scripts.get(document["_id"])}

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

    def _live(
        self,
        resource: str,
        document: Document,
        names: Mapping[str, str],
        recognized: Recognized,
    ) -> Live:
        identity, (connector_id, integration_id) = document["_id"], self.tag.whose(document)
        is_installation = resource == "integrations"
        double_of = recognized.doubles.get(identity, "")
        name = INTEGRATION if is_installation else recognized.names.get(identity, "")
        external_id = document.get("externalId")
        is_nameable = bool(external_id) or resource not in self.without_external_ids
        is_named = is_installation or external_id == self.tag.marks(name)["externalId"]
        return Live(
            id=identity,
            external_id=f"{double_of} (double {identity})" if double_of else name,
            resource=resource,
            document=abstract(document, names),
            connector_id=connector_id,
            integration_id=self.integration_id if is_installation else integration_id,
            is_unnamed=bool(name) and is_nameable and not is_named,
            double_of=double_of,
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
    doubles: Mapping[str, str]

    def complete(self, document: Document) -> Document:
        name = self.tag.name_of(document)
        declared, applied = self.declared.get(name), self.applied.get(name)
        component = declared or applied
        if "content" in document or component is None or component.resource != "scripts":
            return document
        is_own = document["_id"] not in self.doubles
        if is_own and declared and applied and declared.digest == applied.digest:
            return {**document, "content": applied.document.get("content")}
        if declared or not is_own:
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
