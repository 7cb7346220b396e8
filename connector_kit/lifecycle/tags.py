"""How a document shows which installation it belongs to. Nothing without its tag is touched.

A connector's documents carry ``_connectorId`` and ``_integrationId``. In an account whose token the
publisher holds there is no connector, and a ``_connectorId`` would lock the documents for that very
token (protocol/resources.md#what-a-user-may-still-change-on-a-connectors-documents); nor do
connections and scripts keep an ``_integrationId`` there. An ``externalId`` names the integration as
well as the component, as far as the platform keeps it; the rest is recognized from the records
(`connector_kit.lifecycle.recognition`).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol, Self

from connector_kit.documents import Document
from connector_kit.plan import Fence


class Tag(Protocol):
    """The mark of one installation's documents."""

    trusts_names: ClassVar[bool]
    """Whether a document without an external id is told by its name alone; otherwise it must be as
    it was written, too: others have documents at the same place."""

    def knowing(self, names: Mapping[str, str]) -> Self:
        """Return the tag with more *names* of components by the ids of their documents."""

    @property
    def fence(self) -> Fence:
        """The mark as plans know it."""

    def marks(self, name: str) -> Document:
        """The fields by which the document of the component *name* is found again."""

    def name_of(self, document: Document) -> str:
        """The name of the component that *document* is, or claims to be; empty without one."""

    def whose(self, document: Document) -> tuple[str | None, str | None]:
        """The connector and the integration that *document* belongs to, as `fence` compares it."""

    def may_hold(self, document: Document) -> bool:
        """Tell whether *document* may be of this installation, judging by where it says it is."""


@dataclass(frozen=True)
class ConnectorTag:
    """The tag of a connector that a customer installed.

    In framework 2.0 a document may have no external id, or another: *origins* names the components
    by the ids of the documents in the source integration (``_sourceId`` of a copy), *chosen* has
    the ids of the connections with which the customer took the install steps, by component, and
    *names* the components by the ids of documents that were recognized.
    """

    trusts_names: ClassVar[bool] = True

    connector_id: str
    integration_id: str
    origins: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def fence(self) -> Fence:
        """Both ids."""
        return Fence(connector_id=self.connector_id, integration_id=self.integration_id)

    def knowing(self, names: Mapping[str, str]) -> Self:
        """Return the tag with more *names*."""
        return replace(self, names={**self.names, **names})

    def marks(self, name: str) -> Document:
        """The name and both ids."""
        return {
            "externalId": name,
            "_connectorId": self.connector_id,
            "_integrationId": self.integration_id,
        }

    def name_of(self, document: Document) -> str:
        """What the document is a copy of, else its external id, or what it was recognized as."""
        return (
            self.origins.get(document.get("_sourceId") or "")
            or document.get("externalId")
            or self.names.get(document["_id"])
            or ""
        )

    def whose(self, document: Document) -> tuple[str | None, str | None]:
        """The ids of connector and integration in the document."""
        return document.get("_connectorId"), document.get("_integrationId")

    def may_hold(self, document: Document) -> bool:
        """Whatever is in the integration."""
        return bool(document.get("_integrationId") == self.integration_id)


@dataclass(frozen=True)
class EmbeddedTag:
    """The tag of an installation in an account whose token the publisher holds.

    *names* has the components by the ids of documents that were recognized.
    """

    trusts_names: ClassVar[bool] = False

    integration_id: str
    names: Mapping[str, str] = field(default_factory=dict)

    def knowing(self, names: Mapping[str, str]) -> Self:
        """Return the tag with more *names*."""
        return replace(self, names={**self.names, **names})

    @property
    def fence(self) -> Fence:
        """No connector, this integration."""
        return Fence(connector_id=None, integration_id=self.integration_id)

    def marks(self, name: str) -> Document:
        """An external id that says both: ``64a1….new_orders``."""
        return {
            "externalId": f"{self._prefix}{name}",
            "_integrationId": self.integration_id,
        }

    def name_of(self, document: Document) -> str:
        """What follows the integration's id, else what the document was recognized as.

        Empty for documents that the kit did not make.
        """
        external_id = str(document.get("externalId") or "")
        if external_id.startswith(self._prefix):
            return external_id.removeprefix(self._prefix)
        return self.names.get(document["_id"], "")

    def whose(self, document: Document) -> tuple[str | None, str | None]:
        """The integration, if the kit made it; what a connector owns is never ours."""
        mine = self.integration_id if self.name_of(document) else None
        return document.get("_connectorId"), mine

    def may_hold(self, document: Document) -> bool:
        """Whatever bears the mark, or is in the integration."""
        is_member = document.get("_integrationId") == self.integration_id
        return is_member or bool(self.name_of(document))

    @property
    def _prefix(self) -> str:
        return f"{self.integration_id}."


@dataclass(frozen=True)
class SourceTag:
    """The documents of a source integration: its members, and what these use.

    They carry no connector's tag, and connections and scripts may name no integration: *used* has
    the ids of what belongs to it, and *names* the components by the ids of their documents.
    """

    trusts_names: ClassVar[bool] = True

    integration_id: str
    used: Set[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)

    def knowing(self, names: Mapping[str, str]) -> Self:
        """Return the tag with more *names*."""
        return replace(self, names={**self.names, **names})

    @property
    def fence(self) -> Fence:
        """No connector, this integration."""
        return Fence(connector_id=None, integration_id=self.integration_id)

    def marks(self, name: str) -> Document:
        """The external id that copies inherit, and the integration."""
        return {"externalId": name, "_integrationId": self.integration_id}

    def name_of(self, document: Document) -> str:
        """The name on record, else the external id."""
        return self.names.get(document["_id"]) or document.get("externalId") or ""

    def whose(self, document: Document) -> tuple[str | None, str | None]:
        """The connector in the document, and the integration if it is the source's."""
        mine = self.integration_id if self.may_hold(document) else None
        return document.get("_connectorId"), mine

    def may_hold(self, document: Document) -> bool:
        """Whatever is in the integration, or used by it."""
        is_member = document.get("_integrationId") == self.integration_id
        return is_member or document["_id"] in self.used
