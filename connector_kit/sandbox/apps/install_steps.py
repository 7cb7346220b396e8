"""Install steps of both frameworks, and child integrations (protocol/http-api.md#81, #83)."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.apps.installation import Installation, relay
from connector_kit.sandbox.apps.wizard import Wizard
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.http.call import EMPTY, Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, refuse
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.stacks.functions import unusable

STEPS = "installSteps"


async def read_steps(call: Call) -> Answer:
    """GET /integrations/{id}/installSteps: all steps; hidden ones in front are run."""
    wizard = _wizard(call)
    await wizard.run_hidden()
    _finish(wizard)
    return answer(wizard.steps())


async def current_step(call: Call) -> Answer:
    """GET /integrations/{id}/currentStep: what the current step shows, ``{"result": …}``."""
    installation = Installation.of_copy(call)
    installation.check_license()
    is_change = installation.now().get("mode") == "settings"
    wizard = Wizard(installation, "changeEditionSteps" if is_change else STEPS)
    return answer({"result": await wizard.question()})


async def submit_step(call: Call) -> Answer:
    """POST /integrations/{id}/installSteps: all steps; an empty body when nothing is left."""
    wizard = _wizard(call)
    if wizard.installation.now().get("mode") != "install":
        raise impossible(f"The integration {call.id} is not being installed.")
    await wizard.submit(call.instructions())
    return EMPTY if _finish(wizard) else answer(wizard.steps())


async def init_child(call: Call) -> Answer:
    """POST /integrations/{id}/initChild: a child integration with its own steps (U20)."""
    installation = Installation.of(call)
    installation.check_license()
    function = installation.now().get("initChild")
    if not isinstance(function, dict) or not function.get("function"):
        raise impossible(f"The integration {call.id} has no initChild.function.")
    licenses, license_ = call.platform.licenses, installation.license
    children = licenses.children(license_) if license_ else []
    unused = [child for child in children if not child.integration_id]
    if not unused:
        raise refuse(
            422,
            "subscription_required",
            "There is no free license for another child; the publisher creates one "
            "(POST /connectors/{id}/licenses with _parentId).",
        )
    options = {
        "parentIntegration": installation.read(),
        "parentLicense": installation.read_license(),
    }
    child = _store_child(installation, await installation.run_flat(function, options))
    licenses.attach(unused[0], child["_id"])
    call.store.changes += 1
    return answer({"_childIntegrationId": child["_id"]})


async def run_installer(call: Call) -> Answer:
    """PUT /integrations/{id}/installer/{fn}: a step, ``addNewStore``, an add-on."""
    installation = Installation.of(call)
    installation.check_license()
    result = await installation.run("installer", call.params["fn"], call.instructions())
    # The installation gets ``stepsToUpdate``, which the user's browser shows.
    if isinstance(result, dict) and result.get("success"):
        updates = [*objects(result.get("stepsToUpdate"))]
        steps = installation.now().get("install")
        if updates and isinstance(steps, list):
            installation.write(install=[_update_step(step, updates) for step in steps])
    return relay(result)


def _wizard(call: Call) -> Wizard:
    installation = Installation.of_copy(call)
    installation.check_license()
    wizard = Wizard(installation, STEPS)
    if not wizard.steps() and installation.connector is None:
        raise impossible(f"The integration {call.id} has no steps.")
    return wizard


def _finish(wizard: Wizard) -> bool:
    """Turn ``mode`` to ``settings`` after the last step; returns whether it was the last."""
    if wizard.current() is not None:
        return False
    if wizard.installation.now().get("mode") == "install":
        wizard.installation.write(mode="settings")
    return True


def _store_child(installation: Installation, result: Any) -> Document:
    """Store the integration that initChild answers."""
    if not isinstance(result, dict) or not isinstance(result.get("name"), str):
        raise unusable("initChild must answer {name, installSteps}.")
    parent = installation.record()
    document = {
        **result,
        "_id": installation.call.store.ids.next(),
        "mode": "install",
        "install": [],
        "updateInProgress": False,
        "_parentId": parent.id,
        "_connectorId": parent.connector_id,
        "_sourceId": parent.get("_sourceId"),
        "sandbox": bool(parent.get("sandbox")),
        "version": parent.get("version"),
    }
    kept = {name: value for name, value in document.items() if value is not None}
    return writing.store(installation.call, "integrations", kept).document


def _update_step(step: Any, updates: list[Document]) -> Any:
    if not isinstance(step, dict):
        return step
    for update in updates:
        for name in ("installerFunction", "name"):
            if update.get(name) and update.get(name) == step.get(name):
                return {**step, **update}
    return step


ROUTES = (
    Route("PUT", "/integrations/{id}/installer/{fn}", run_installer, body="anything"),
    Route("GET", "/integrations/{id}/installSteps", read_steps),
    Route("POST", "/integrations/{id}/installSteps", submit_step, body="step"),
    Route("GET", "/integrations/{id}/currentStep", current_step),
    Route("POST", "/integrations/{id}/initChild", init_child),
)
