"""The life of an installed 1.0 connector as its user drives it (protocol/http-api.md#81).

Install, steps, stores, add-ons, settings, uninstall. Each of these waits for the stack, so the
timeouts are long.
"""

from __future__ import annotations

from typing import Any, cast

from connector_kit.documents import Document
from connector_kit.integrator.resources.documents import PersistAnswer, Step, StepAnswer
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.shapes import document
from connector_kit.integrator.transport import calls, wire
from connector_kit.integrator.transport.calls import Call, Effect
from connector_kit.integrator.transport.query import without_none

PATIENCE = 300.0
"""Seconds that the platform's own client gives to install, uninstall and step requests."""


class FrameworkOne(Resource):
    """Integrations whose connector creates everything through functions on a stack."""

    def install(self, connector_id: str, *, sandbox: bool = False, tag: str = "") -> Document:
        """Install the connector; returns what the platform says, at best ``_integrationId`` (U4).

        Never sent twice: raises `OutcomeUnknown` when no answer came.
        """
        body = {"sandbox": sandbox, "tag": tag} if tag else {"sandbox": sandbox}
        call = calls.post(self._at(connector_id, "install"), body, patience=PATIENCE)
        return document(self._body(call))

    def installer_step(
        self, integration_id: str, function: str, body: Document | None = None
    ) -> StepAnswer:
        """Run one install step; *body* may carry ``formVal``, ``storeId``, ``addOnId``."""
        answer: StepAnswer = self._run(integration_id, "installer", function, body=body)
        return answer

    def add_store(self, integration_id: str) -> list[Step]:
        """Begin a new store and return its steps, to be run like any others.

        Never sent twice, since that would make two: raises `OutcomeUnknown` when no answer came.
        """
        steps: list[Step] | None = self._run(
            integration_id, "installer", "addNewStore", effect=Effect.AGAIN
        )
        return steps or []

    def install_add_on(
        self, integration_id: str, function: str, add_on_id: str, *, store_id: str | None = None
    ) -> StepAnswer:
        """Install an add-on with its ``installerFunction`` (protocol/settings-forms.md#34)."""
        body = {"addOnId": add_on_id, **without_none(storeId=store_id)}
        return self.installer_step(integration_id, function, body)

    def uninstall_add_on(
        self, integration_id: str, function: str, add_on_id: str, *, store_id: str | None = None
    ) -> StepAnswer:
        """Remove an add-on with its ``uninstallerFunction`` (protocol/settings-forms.md#34)."""
        body = {"addOnId": add_on_id, **without_none(storeId=store_id)}
        return self.uninstaller_step(integration_id, function, body)

    def setting(self, integration_id: str, function: str, body: Document | None = None) -> Any:
        """Call any of the connector's settings functions and return its result."""
        return self._run(integration_id, "settings", function, body=body)

    def persist_settings(
        self, integration_id: str, pending: Document, *, store_id: str | None = None
    ) -> PersistAnswer:
        """Save settings: *pending* has **all** fields of a form by name (settings-forms.md#31).

        With several stores they are those of *store_id*. An empty answer means that saving has not
        finished; it is returned as ``{}``.
        """
        values = {store_id: pending} if store_id else pending
        answer = self.setting(integration_id, "persistSettings", {"pending": values})
        return cast("PersistAnswer", document(answer))

    def refresh_metadata(self, integration_id: str, **about: Any) -> Any:
        """Return the metadata of a field or mapping as it is now (settings-forms.md#32).

        *about* as the platform spells it: ``fieldName`` with ``type``, ``fieldValue`` or
        ``columnName``; or ``_importId``, where ``errors`` in the answer mean failure.
        """
        return self._run(
            integration_id, "settings", "refreshMetadata", body=about, effect=Effect.NONE
        )

    def mapping_metadata(self, integration_id: str) -> Document:
        """Return which mappings are required or fixed, by the import's external id (#33)."""
        return document(
            self._run(integration_id, "settings", "getMappingMetadata", effect=Effect.NONE)
        )

    def license_metadata(self, integration_id: str) -> Document:
        """Return the add-ons and their licenses: ``{"addOns": {...}}`` (settings-forms.md#34)."""
        return document(
            self._run(integration_id, "settings", "getLicenseMetadata", effect=Effect.NONE)
        )

    def change_edition(self, integration_id: str, license_opts: Document) -> StepAnswer:
        """Change to the edition that the license's ``opts`` name, framework 1.0 (#35)."""
        body = {"licenseOpts": license_opts, "_integrationId": integration_id}
        answer: StepAnswer = self.setting(integration_id, "changeEdition", body)
        return answer

    def pre_uninstall(self, integration_id: str, body: Document | None = None) -> Any:
        """Begin to uninstall: returns the list of steps, or ``{"removeIntegration": true}``.

        With ``{"storeId"}`` as *body* only that store of several goes (U17).
        """
        return self._run(integration_id, "uninstaller", "preUninstallFunction", body=body)

    def uninstaller_step(
        self, integration_id: str, function: str, body: Document | None = None
    ) -> StepAnswer:
        """Run one uninstall step; *body* may carry ``storeId``, ``addOnId``."""
        answer: StepAnswer = self._run(integration_id, "uninstaller", function, body=body)
        return answer

    def uninstall(self, integration_id: str) -> None:
        """Remove the installation and free its license; the last step of uninstalling."""
        path = self._at(integration_id, "install")
        self._body(Call("DELETE", path, wire.dumps({}), patience=PATIENCE))

    def _run(
        self,
        integration_id: str,
        *route: str,
        body: Document | None = None,
        effect: Effect | None = None,
    ) -> Any:
        path = self._at(integration_id, *route)
        return self._body(calls.put(path, body or {}, patience=PATIENCE, effect=effect))
