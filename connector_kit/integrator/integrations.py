"""Integrations, and the life of an installed 1.0 connector as its user drives it.

The user's side of protocol/http-api.md#81-framework-10: install, steps, uninstall. Each of these
waits for the stack, hence the long patience.
"""

from typing import Any

from connector_kit.blueprint.documents import Document
from connector_kit.integrator import calls, wire
from connector_kit.integrator.calls import Call
from connector_kit.integrator.documents import StepAnswer
from connector_kit.integrator.resource import Resource

PATIENCE = 300.0
"""Seconds that the platform's own client gives to install, uninstall and step requests."""


class Integrations(Resource):
    """The account's integrations."""

    def install(self, connector_id: str, *, sandbox: bool = False, tag: str = "") -> Document:
        """Install the connector; returns what the platform says, at best ``_integrationId`` (U4).

        Never sent twice: raises `OutcomeUnknown` when no answer came.
        """
        body = {"sandbox": sandbox, "tag": tag} if tag else {"sandbox": sandbox}
        call = calls.post(self._at(connector_id, "install"), body, patience=PATIENCE)
        return self._transport.send(call).body or {}

    def installer_step(
        self, integration_id: str, function: str, body: Document | None = None
    ) -> StepAnswer:
        """Run one install step; *body* may carry ``formVal``."""
        answer: StepAnswer = self._run(integration_id, "installer", function, body=body)
        return answer

    def pre_uninstall(self, integration_id: str, body: Document | None = None) -> Any:
        """Begin to uninstall: returns the list of steps, or ``{"removeIntegration": true}``."""
        return self._run(integration_id, "uninstaller", "preUninstallFunction", body=body)

    def uninstaller_step(
        self, integration_id: str, function: str, body: Document | None = None
    ) -> StepAnswer:
        """Run one uninstall step."""
        answer: StepAnswer = self._run(integration_id, "uninstaller", function, body=body)
        return answer

    def uninstall(self, integration_id: str) -> None:
        """Remove the installation and free its licence; the last step of uninstalling."""
        path = self._at(integration_id, "install")
        self._transport.send(Call("DELETE", path, wire.dumps({}), patience=PATIENCE))

    def _run(self, integration_id: str, *route: str, body: Document | None) -> Any:
        path = self._at(integration_id, *route)
        return self._transport.send(calls.put(path, body or {}, patience=PATIENCE)).body
