"""Uninstalling a connector, of both frameworks (protocol/http-api.md#81-framework-10, #84).

Everything of the installation goes, and its license is free again (U17, U18).
"""

from __future__ import annotations

from connector_kit.sandbox.apps.frameworks import steps
from connector_kit.sandbox.apps.installation import Installation, relay
from connector_kit.sandbox.apps.wizard import Wizard
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.http.call import EMPTY, Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible
from connector_kit.sandbox.http.routing import Route

STEPS = "uninstallSteps"
_PRE = "/integrations/{id}/uninstaller/preUninstallFunction"


async def pre_uninstall(call: Call) -> Answer:
    """PUT /integrations/{id}/uninstaller/preUninstallFunction: the steps.

    Turns ``mode`` to ``uninstall``, unless it is about one store of several.
    """
    installation, options = Installation.of(call), call.instructions()
    function = installation.listing.get("preUninstallFunction")
    if function:
        result = await installation.run("uninstaller", function, options)
    else:
        # The install steps backwards, as far as each has its uninstaller.
        result = [
            {**step, "completed": False}
            for step in reversed(steps(installation.now(), "install"))
            if step.get("uninstallerFunction")
        ]
    if not options.get("storeId"):
        installation.write(mode="uninstall")
    return relay(result)


async def run_uninstaller(call: Call) -> Answer:
    """PUT /integrations/{id}/uninstaller/{fn}: a step."""
    installation = Installation.of(call)
    return relay(await installation.run("uninstaller", call.params["fn"], call.instructions()))


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


def begin_uninstall(call: Call) -> Answer:
    """POST /integrations/{id}/initUninstall: turns ``mode`` to ``uninstall``."""
    installation = Installation.of(call)
    installation.check_framework(two=True)
    again = [{**step, "completed": False} for step in steps(installation.now(), STEPS)]
    installation.write(mode="uninstall", **({STEPS: again} if again else {}))
    return EMPTY


def read_steps(call: Call) -> Answer:
    """GET /integrations/{id}/uninstallSteps."""
    return answer(_wizard(call).steps())


async def submit_step(call: Call) -> Answer:
    """POST /integrations/{id}/uninstallSteps: an empty body when the integration has been removed.

    When no step is left, a request without a body finishes the uninstall.
    """
    wizard = _wizard(call)
    if wizard.installation.now().get("mode") != "uninstall":
        raise impossible("The integration is not being uninstalled; start with initUninstall.")
    await wizard.run_hidden()
    await wizard.submit(call.instructions())
    if wizard.current() is not None:
        return answer(wizard.steps())
    remove(wizard.installation)
    return EMPTY


def remove(installation: Installation) -> None:
    """Delete an integration with its children and tagged documents; nothing can be restored."""
    call, integration = installation.call, installation.record()
    for child in installation.children():
        remove(Installation(call, child, installation.connector))
    for member in call.store.members(integration):
        if member.connector_id == integration.connector_id:
            writing.remove(call, member, for_good=True)
    writing.remove(call, integration, for_good=True)
    license_ = call.platform.licenses.of_installation(integration.id)
    if license_:
        call.platform.licenses.free(license_)
        call.store.changes += 1


def _wizard(call: Call) -> Wizard:
    installation = Installation.of(call)
    installation.check_framework(two=True)
    return Wizard(installation, STEPS)


ROUTES = (
    Route("PUT", _PRE, pre_uninstall, body="anything"),
    Route("PUT", "/integrations/{id}/uninstaller/{fn}", run_uninstaller, body="anything"),
    Route("DELETE", "/integrations/{id}/install", uninstall),
    Route("POST", "/integrations/{id}/initUninstall", begin_uninstall),
    Route("GET", "/integrations/{id}/uninstallSteps", read_steps),
    Route("POST", "/integrations/{id}/uninstallSteps", submit_step, body="step"),
)
