"""Licenses: the owner's, and requests of their holders (protocol/http-api.md#9)."""

from __future__ import annotations

from collections.abc import Iterator

from connector_kit.integrator.resources.documents import License
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.route import Route
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.query import without_none
from connector_kit.integrator.transport.transport import Transport


class Licenses(Resource):
    """The licenses of one connector.

    The owner creates them for the e-mail address of an existing user (else `Refused`,
    ``invalid_user``) with a date in ``expires``; a date in the past switches the integration off.
    """

    def __init__(self, transport: Transport, path: str, connector_id: str) -> None:
        super().__init__(transport, path)
        self._connector_id = connector_id

    def request_upgrade(
        self,
        license_id: str,
        *,
        connector_name: str,
        integration_id: str,
        add_on_name: str | None = None,
    ) -> None:
        """Ask the connector's owner, as its user, for a higher edition or an add-on.

        The platform mails the connector's ``contactEmail``. Never sent twice.
        """
        self._request(license_id, "upgradeRequest", connector_name, integration_id, add_on_name)

    def request_renewal(self, license_id: str, *, connector_name: str, integration_id: str) -> None:
        """Ask the connector's owner, as its user, to renew the license; see `request_upgrade`."""
        self._request(license_id, "renewRequest", connector_name, integration_id, None)

    def _request(
        self,
        license_id: str,
        what: str,
        connector_name: str,
        integration_id: str,
        add_on_name: str | None,
    ) -> None:
        body = {
            "_connectorId": self._connector_id,
            "connectorName": connector_name,
            "_integrationId": integration_id,
            "_id": license_id,
            **without_none(addOnName=add_on_name),
        }
        self._body(calls.post(self._at(license_id, what), body))


class OwnLicenses(Route):
    """The account's own licenses, of the platform and of connectors."""

    def list(self) -> Iterator[License]:
        """Yield the account's licenses."""
        return self._transport.items(calls.get(self._at(), expects=list))

    def request(self, *, connector_name: str, connector_id: str) -> None:
        """Ask a connector's owner for a license. Never sent twice."""
        body = {"connectorName": connector_name, "_connectorId": connector_id}
        self._body(calls.post(self._at("request"), body))
