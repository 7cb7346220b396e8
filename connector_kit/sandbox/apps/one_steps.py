"""Framework 1.0: installer steps, settings, utilities (protocol/http-api.md#81, #82, #85)."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.apps.installation import Installation, relayed
from connector_kit.sandbox.documents.locking import update_in_progress
from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.http.call import Answer, Call
from connector_kit.sandbox.http.route import Route
from connector_kit.sandbox.http.wire import Document


async def run_installer(call: Call) -> Answer:
    """PUT /integrations/{id}/installer/{fn}: a step, ``addNewStore``, an add-on."""
    installation = Installation.of(call)
    installation.check_license()
    result = await installation.run("installer", call.params["fn"], call.instructions())
    _take_over_steps(installation, result)
    return relayed(result)


async def run_setting(call: Call) -> Answer:
    """PUT /integrations/{id}/settings/{fn}."""
    installation, function = Installation.of(call), call.params["fn"]
    installation.check_license()
    document = installation.now()
    if function == "persistSettings" and document.get("updateInProgress"):
        raise update_in_progress()
    options = call.instructions()
    if function == "getMappingMetadata":
        options["version"] = document.get("version")
    return relayed(await installation.run("setting", function, options))


async def run_utility(call: Call) -> Answer:
    """PUT /integrations/{id}/utilities/{fn}."""
    installation = Installation.of(call)
    installation.check_license()
    return relayed(await installation.run("utility", call.params["fn"], call.instructions()))


def _take_over_steps(installation: Installation, result: Any) -> None:
    """Merge ``stepsToUpdate`` into the integration's steps, as the user's browser shows them."""
    if not isinstance(result, dict) or not result.get("success"):
        return
    updates = [*objects(result.get("stepsToUpdate"))]
    steps = installation.now().get("install")
    if updates and isinstance(steps, list):
        installation.write(install=[_updated(step, updates) for step in steps])


def _updated(step: Any, updates: list[Document]) -> Any:
    if not isinstance(step, dict):
        return step
    for update in updates:
        for name in ("installerFunction", "name"):
            if update.get(name) and update.get(name) == step.get(name):
                return {**step, **update}
    return step


ROUTES = (
    Route("PUT", "/integrations/{id}/installer/{fn}", run_installer, body="anything"),
    Route("PUT", "/integrations/{id}/settings/{fn}", run_setting, body="anything"),
    Route("PUT", "/integrations/{id}/utilities/{fn}", run_utility, body="anything"),
)
