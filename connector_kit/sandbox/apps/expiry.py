"""Licenses that expire and are renewed: what that does to an installation (U21)."""

from __future__ import annotations

from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http.call import EMPTY, Answer, Call
from connector_kit.sandbox.http.errors import impossible
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.platform import Platform


def resume(call: Call) -> Answer:
    """PUT /integrations/{id}/resume: after a renewal, switch on the flows that were on before."""
    installation = Installation.of(call)
    installation.check_license()
    license_, licenses = installation.license, call.platform.licenses
    if license_ is None or not licenses.is_resumable(license_, call.now):
        raise impossible("The installation was not switched off; there is nothing to resume.")
    for identity in license_.switched_off or ():
        if flow := call.store.get(call.account_id, "flows", identity):
            writing.change(call, flow, disabled=False)
    license_.switched_off = None
    licenses.rewrite(license_, license_.fields)
    call.store.changes += 1
    return EMPTY


def switch_off_lapsed(platform: Platform) -> None:
    """Disable the flows of every installation whose license has expired."""
    for license_ in platform.licenses.lapsed(platform.clock.now()):
        integration = platform.store.find("integrations", license_.integration_id or "")
        members = platform.store.members(integration) if integration else []
        license_.switched_off = []
        for flow in members:
            if flow.resource == "flows" and not flow.get("disabled"):
                stamp = platform.clock.stamp()
                disabled = {**flow.document, "disabled": True, "lastModified": stamp}
                platform.store.put(Record.of(flow.account_id, "flows", disabled))
                license_.switched_off.append(flow.id)
        platform.store.changes += 1


ROUTES = (Route("PUT", "/integrations/{id}/resume", resume, body="anything"),)
