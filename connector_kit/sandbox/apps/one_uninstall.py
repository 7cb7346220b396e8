"""Framework 1.0: uninstall (protocol/http-api.md#81-framework-10, U17)."""

from __future__ import annotations

from connector_kit.sandbox.apps.frameworks import steps
from connector_kit.sandbox.apps.installation import Installation, relayed
from connector_kit.sandbox.apps.removing import remove
from connector_kit.sandbox.http.call import EMPTY, Answer, Call
from connector_kit.sandbox.http.errors import impossible
from connector_kit.sandbox.http.route import Route
from connector_kit.sandbox.http.wire import Document


async def pre_uninstall(call: Call) -> Answer:
    """PUT /integrations/{id}/uninstaller/preUninstallFunction: the steps.

    Turns ``mode`` to ``uninstall``, unless it is about one store of several.
    """
    installation, options = Installation.of(call), call.instructions()
    function = installation.listing.get("preUninstallFunction")
    if function:
        result = await installation.run("uninstaller", function, options)
    else:
        result = _steps_backwards(installation.now())
    if not options.get("storeId"):
        installation.write(mode="uninstall")
    return relayed(result)


async def run_uninstaller(call: Call) -> Answer:
    """PUT /integrations/{id}/uninstaller/{fn}: a step."""
    installation = Installation.of(call)
    return relayed(await installation.run("uninstaller", call.params["fn"], call.instructions()))


async def uninstall(call: Call) -> Answer:
    """DELETE /integrations/{id}/install: the connector's uninstaller, then what it left."""
    installation = Installation.of(call)
    if installation.now().get("mode") != "uninstall":
        raise impossible(
            "The integration is not being uninstalled; start with PUT "
            "/integrations/{id}/uninstaller/preUninstallFunction."
        )
    if function := installation.listing.get("uninstallerFunction"):
        await installation.run("uninstaller", function)
    installation.now()
    remove(installation)
    return EMPTY


def _steps_backwards(document: Document) -> list[Document]:
    return [
        {**step, "completed": False}
        for step in reversed(steps(document, "install"))
        if step.get("uninstallerFunction")
    ]


_PRE = "/integrations/{id}/uninstaller/preUninstallFunction"
ROUTES = (
    Route("PUT", _PRE, pre_uninstall, body="anything"),
    Route("PUT", "/integrations/{id}/uninstaller/{fn}", run_uninstaller, body="anything"),
    Route("DELETE", "/integrations/{id}/install", uninstall),
)
