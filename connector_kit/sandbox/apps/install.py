"""Installing a connector (protocol/http-api.md#81-framework-10, #83-framework-20-install)."""

from __future__ import annotations

from connector_kit.sandbox.apps.beginning import begin, source_fields
from connector_kit.sandbox.apps.frameworks import TWO_DOT_ZERO, source_of
from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, not_found
from connector_kit.sandbox.http.route import Route
from connector_kit.sandbox.http.wire import Document


async def install(call: Call) -> Answer:
    """POST /integrations/{connectorId}/install, /connectors/{connectorId}/install (U4).

    The path takes the connector's id. When a 1.0 installer fails the integration stays, in mode
    ``install``, and can be uninstalled. In 2.0 nothing is called before the first step.
    """
    access.owners_only(call)
    connector = call.store.find("connectors", call.id)
    if connector is None:
        raise not_found(f"connectors {call.id}")
    asked = call.instructions()
    if connector.get("framework") == TWO_DOT_ZERO:
        integration = begin(call, connector, asked, _source(call, connector))
        return answer({"_integrationId": integration.id})
    integration = begin(call, connector, asked, {})
    function = str(connector.get("installerFunction"))
    installation = Installation(call, integration, connector)
    await installation.run("installer", function, _connectorId=connector.id)
    return answer({"_integrationId": integration.id})


def _source(call: Call, connector: Record) -> Document:
    identity = source_of(connector.document)
    source = call.store.get(connector.account_id, "integrations", identity or "")
    if source is None:
        raise impossible(
            f"The connector {connector.id} names no source integration of its publisher's "
            "(twoDotZero._integrationId)."
        )
    copied = source_fields(call.store, source)
    return {**copied, "name": connector.get("name"), "_sourceId": source.id}


ROUTES = (
    Route("POST", "/integrations/{id}/install", install, body="install"),
    Route("POST", "/connectors/{id}/install", install, body="install"),
)
