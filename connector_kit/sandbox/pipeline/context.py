"""What one run of an export or import knows about where it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from connector_kit.sandbox.apps.frameworks import TWO_DOT_ZERO
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.helpers import CACHED, NOW
from connector_kit.sandbox.platform import Platform


@dataclass(frozen=True)
class RunContext:
    """The connection (secrets included), and the integration and flow whose settings are in scope.

    *stored_id* is the id of the export or import, None for one that is not stored. *is_test* is
    true for previews; hooks get it.
    """

    platform: Platform
    account_id: str
    connector_id: str | None
    connection: Document = field(repr=False)
    integration: Record | None = None
    flow: Record | None = None
    stored_id: str | None = None
    is_test: bool = False

    @cached_property
    def is_flat(self) -> bool:
        """Whether its functions are flat ones, of framework 2.0."""
        connector = self.platform.store.find("connectors", self.connector_id or "")
        return connector is not None and connector.get("framework") == TWO_DOT_ZERO

    @property
    def integration_id(self) -> str | None:
        """The integration it belongs to."""
        return self.integration.id if self.integration else None

    def ids(self, kind: str) -> Document:
        """Return the ids that hooks of an ``export`` or ``import`` get."""
        found = {
            "_integrationId": self.integration_id,
            "_flowId": self.flow.id if self.flow else None,
            "_connectionId": self.connection.get("_id"),
            f"_{kind}Id": self.stored_id,
        }
        if self.is_flat and self.integration:
            found["_parentIntegrationId"] = self.integration.get("_parentId")
        return {name: value for name, value in found.items() if value is not None}

    def cached(self, cache_id: str, key: str) -> str | None:
        """Return what a lookup cache of the account has under *key*."""
        cache = self.platform.store.get(self.account_id, "lookupcaches", cache_id)
        return self.platform.caches.rows(cache.id).get(key) if cache else None

    def settings(self, document: Document) -> Document:
        """Return the settings in scope of *document*, the export or import itself.

        Of a 1.0 connector they are those of its integration; else one object for each level.
        """
        if self.connector_id and not self.is_flat:
            return self._levels.get("integration") or {}
        levels = {**self._levels, "self": document.get("settings")}
        return {name: value for name, value in levels.items() if value is not None}

    @cached_property
    def _levels(self) -> Document:
        """Settings above the document, read once: a run sees those it began with."""
        return {
            "integration": self.integration.get("settings") if self.integration else None,
            "flow": self.flow.get("settings") if self.flow else None,
            "connection": self.connection.get("settings"),
        }

    def scope(self, document: Document) -> Document:
        """Return the settings that templates and filters of *document* see: those of each level.

        A 1.0 connector's may also be named without their level, as its functions get them.
        """
        own = document.get("settings") or {}
        return {**self.settings(document), **self._levels, "export": own, "import": own}

    def context(self, document: Document) -> Document:
        """Return what templates see in addition to the record."""
        return {
            "connection": self.connection,
            "settings": self.scope(document),
            "testMode": self.is_test,
            NOW: self.platform.clock.now(),
            CACHED: self.cached,
        }
