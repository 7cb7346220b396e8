"""The owner's listings: licences, install base, pushed updates (protocol/http-api.md#9)."""

from collections.abc import Iterable, Iterator

from connector_kit.integrator import calls
from connector_kit.integrator.documents import InstallBaseEntry
from connector_kit.integrator.resource import Resource


class Connectors(Resource):
    """The connectors that this account publishes."""

    def licenses(self, connector_id: str) -> Resource:
        """Return the connector's licences: list, get, create, update, delete."""
        return Resource(self._transport, f"{self._path}/{connector_id}/licenses")

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
