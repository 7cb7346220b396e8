"""The owner's listings: licenses, install base, pushed updates (protocol/http-api.md#9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connector_kit.documents import Document
from connector_kit.integrator.resources.documents import InstallBaseEntry
from connector_kit.integrator.resources.framework_one import PATIENCE
from connector_kit.integrator.resources.licenses import Licenses
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.route import at
from connector_kit.integrator.resources.shapes import document
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.query import without_none


class Connectors(Resource):
    """The connectors that this account publishes, and those that it may install."""

    def licenses(self, connector_id: str) -> Licenses:
        """Return the connector's licenses: list, get, create, update, delete, ask for more."""
        return Licenses(self._transport, f"{self._path}{at(connector_id)}/licenses", connector_id)

    def install_base(self, connector_id: str) -> Iterator[InstallBaseEntry]:
        """Yield every installation of the connector (protocol/README.md U28)."""
        path = self._at(connector_id, "installBase")
        return self._transport.items(calls.get(path, expects=list))

    def push_update(self, connector_id: str, integration_ids: Iterable[str]) -> None:
        """Have the platform call the connector's update function for these installations.

        It does so later, in any order; pushing again repeats what has failed (U15).
        """
        body = {"_integrationIds": list(integration_ids)}
        self._transport.send(calls.put(self._at(connector_id, "update"), body))

    def install(
        self, connector_id: str, *, sandbox: bool = False, tag: str | None = None
    ) -> Document:
        """Install a connector of framework 2.0; `Integrations.install_steps` go on from there.

        Returns what the platform says, at best ``_integrationId`` (U4). Never sent twice: raises
        `OutcomeUnknown` when no answer came.
        """
        body = {"sandbox": sandbox, **without_none(tag=tag), "newTemplateInstaller": True}
        call = calls.post(self._at(connector_id, "install"), body, patience=PATIENCE)
        return document(self._body(call))
