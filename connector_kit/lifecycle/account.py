"""One installation's account, as far as a connector's token reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connector_kit.blueprint import (
    CONNECTOR,
    INTEGRATION,
    STACK,
    CompiledComponent,
    Document,
    Fence,
    Live,
    abstract,
    resolve,
)
from connector_kit.blueprint.documents import shows_mask
from connector_kit.blueprint.patch import operations
from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound, OutcomeUnknown
from connector_kit.lifecycle.errors import LifecycleError

CREATE_ATTEMPTS = 3
"""How often a create is sent when its answers are lost and it has left no trace."""


@dataclass
class Account:
    """The account behind one function call: its client, its integration, its ids by name."""

    client: Client
    connector_id: str
    integration_id: str
    integration: Document
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def fence(self) -> Fence:
        """What a document must be tagged with before the kit touches it."""
        return Fence(connector_id=self.connector_id, integration_id=self.integration_id)

    def resolve(self, document: Document) -> Document:
        """Return *document* with this account's ids in place of names."""
        return resolve(document, self.ids)

    def envelope(self, component: CompiledComponent) -> Document:
        """Return *component* as it is created here: resolved, named and tagged."""
        return {
            **self.resolve(component.document),
            "externalId": component.external_id,
            "_connectorId": self.connector_id,
            "_integrationId": self.integration_id,
            "sandbox": bool(self.integration.get("sandbox")),
        }

    def write_integration(self, document: Document) -> None:
        """Replace the integration's document, or patch it where it shows masked secrets (U35)."""
        if not shows_mask(self.integration):
            self.integration = self.client.integrations.update(self.integration_id, document)
            return
        self.client.integrations.patch(self.integration_id, operations(self.integration, document))
        self.integration = document

    def create(self, component: CompiledComponent) -> str:
        """Create *component* once, also when an answer is lost on its way; returns its id.

        After a lost answer the account is searched for the external id: what was created is
        adopted. Raises `OutcomeUnknown` when nothing can be learned in a few attempts.
        """
        resource = self.client.resource(component.resource)
        body = self.envelope(component)
        for attempt in range(1, CREATE_ATTEMPTS + 1):
            try:
                return str(resource.create(body)["_id"])
            except OutcomeUnknown:
                if found := self._find(component):
                    return str(found["_id"])
                if attempt == CREATE_ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _find(self, component: CompiledComponent) -> Document | None:
        mine = (
            document
            for document in self.client.resource(component.resource).list()
            if document.get("externalId") == component.external_id
            and document.get("_connectorId") == self.connector_id
            and document.get("_integrationId") == self.integration_id
        )
        return next(mine, None)

    def read(
        self,
        resources: Iterable[str],
        *,
        declared: Mapping[str, CompiledComponent],
        applied: Mapping[str, CompiledComponent],
        known_ids: Mapping[str, str],
    ) -> tuple[Live, ...]:
        """Read what the account holds of this installation, one list request per resource.

        *known_ids* (external id to id, as remembered) lets a document be recognised that lost
        its integration. Fills `ids`. The integration itself comes last, as ``@integration``.
        """
        wanted = {*known_ids.values()}
        found = [
            (resource, document)
            for resource in resources
            for document in self.client.resource(resource).list()
            if document.get("_integrationId") == self.integration_id or document["_id"] in wanted
        ]
        self._learn(found)
        names = {identity: name for name, identity in self.ids.items()}
        scripts = _Scripts(self.client, declared, applied)
        return (
            *(self._live(resource, scripts.complete(each), names) for resource, each in found),
            self._live("integrations", self.integration, names),
        )

    def _learn(self, found: Iterable[tuple[str, Document]]) -> None:
        for _, document in found:
            if document.get("_connectorId") == self.connector_id and document.get("externalId"):
                self.ids[document["externalId"]] = document["_id"]

    def _live(self, resource: str, document: Document, names: Mapping[str, str]) -> Live:
        is_installation = resource == "integrations"
        return Live(
            id=document["_id"],
            external_id=INTEGRATION if is_installation else document.get("externalId") or "",
            resource=resource,
            document=abstract(document, names),
            connector_id=document.get("_connectorId"),
            integration_id=self.integration_id
            if is_installation
            else document.get("_integrationId"),
        )


@dataclass
class _Scripts:
    """Fetches the content that script lists leave out (protocol/http-api.md#10), when it matters.

    A script that the release does not change is taken to hold what was applied: nobody but the
    connector can write it, and reading all of them would cost a request each.
    """

    client: Client
    declared: Mapping[str, CompiledComponent]
    applied: Mapping[str, CompiledComponent]

    def complete(self, document: Document) -> Document:
        name = document.get("externalId") or ""
        if "content" in document or not self._is_script(name):
            return document
        declared, applied = self.declared.get(name), self.applied.get(name)
        if declared and applied and declared.digest == applied.digest:
            return {**document, "content": applied.document.get("content")}
        if declared:
            return {**document, **self.client.scripts.get(document["_id"])}
        return document

    def _is_script(self, name: str) -> bool:
        component = self.declared.get(name) or self.applied.get(name)
        return component is not None and component.resource == "scripts"


def open_account(
    client: Client, *, connector_id: str, integration_id: str, stack_id: str
) -> Account:
    """Read the integration and return its account.

    Raises `LifecycleError` ``installation_vanished`` when the integration is gone, and
    ``installation_foreign`` when it belongs to no or another connector.
    """
    try:
        integration = client.integrations.get(integration_id)
    except NotFound as error:
        raise LifecycleError(
            "installation_vanished",
            f"The integration {integration_id} is not in this account any more (or is not this "
            "connector's). Run 'manage.py installbase sync' to bring the records up to date.",
        ) from error
    if integration.get("_connectorId") != connector_id:
        raise LifecycleError(
            "installation_foreign",
            f"The integration {integration_id} is tagged with "
            f"{integration.get('_connectorId') or 'no connector'}, not with {connector_id}; "
            "it was left alone.",
        )
    return Account(
        client=client,
        connector_id=connector_id,
        integration_id=integration_id,
        integration=integration,
        ids={INTEGRATION: integration_id, CONNECTOR: connector_id, STACK: stack_id},
    )


def resources_of(components: Iterable[CompiledComponent]) -> tuple[str, ...]:
    """The resource types among *components*, each once, in their order."""
    return tuple(dict.fromkeys(each.resource for each in components))


def by_external_id(components: Iterable[CompiledComponent]) -> dict[str, CompiledComponent]:
    """Index *components* by external id."""
    return {each.external_id: each for each in components}
