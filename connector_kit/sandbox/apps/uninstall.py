"""Framework 2.0: uninstall (protocol/http-api.md#84, U18)."""

from __future__ import annotations

from connector_kit.sandbox.apps.frameworks import steps
from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.apps.removing import remove
from connector_kit.sandbox.apps.wizard import Wizard
from connector_kit.sandbox.http.call import EMPTY, Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible
from connector_kit.sandbox.http.route import Route
from connector_kit.sandbox.unsimulated import SCRIPTS

STEPS = "uninstallSteps"


def begin_uninstall(call: Call) -> Answer:
    """POST /integrations/{id}/initUninstall: turns ``mode`` to ``uninstall``."""
    installation = Installation.of(call)
    installation.check_framework(two=True)
    again = [{**each, "completed": False} for each in steps(installation.now(), STEPS)]
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


def _wizard(call: Call) -> Wizard:
    installation = Installation.of(call)
    installation.check_framework(two=True)
    return Wizard(installation, STEPS)


ROUTES = (
    Route("POST", "/integrations/{id}/initUninstall", begin_uninstall),
    Route("GET", "/integrations/{id}/uninstallSteps", read_steps),
    Route(
        "POST",
        "/integrations/{id}/uninstallSteps",
        submit_step,
        body="step",
        unless=(SCRIPTS,),
    ),
)
