"""Framework 2.0: changing the edition (protocol/http-api.md#84)."""

from __future__ import annotations

from connector_kit.sandbox.apps.frameworks import edition, source_of, steps
from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.apps.wizard import HIDDEN, Wizard
from connector_kit.sandbox.connectors.license_store import License
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.http.call import EMPTY, Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.unsimulated import SCRIPTS, not_simulated

STEPS = "changeEditionSteps"


def begin_change(call: Call) -> Answer:
    """POST /integrations/{id}/changeEdition: prepares the steps that the source has."""
    installation = _installation(call)
    _changing_license(installation)
    source = call.store.find("integrations", source_of(installation.listing.document) or "")
    prepared = steps(source.document, STEPS) if source else []
    installation.write(**{STEPS: [{**document, "completed": False} for document in prepared]})
    return EMPTY


def read_steps(call: Call) -> Answer:
    """GET /integrations/{id}/changeEditionSteps."""
    wizard = Wizard(_installation(call), STEPS)
    pending = [step for step in wizard.steps() if not step.get("completed")]
    shows = any(document.get("type") != HIDDEN for document in pending)
    return answer({"steps": wizard.steps(), "showWizard": shows})


async def submit_step(call: Call) -> Answer:
    """POST /integrations/{id}/changeEditionSteps: the steps, or ``{"done": true}``."""
    installation = _installation(call)
    license_ = _changing_license(installation)
    wizard = Wizard(installation, STEPS)
    await wizard.run_hidden()
    await wizard.submit(call.instructions())
    if wizard.current() is not None:
        return answer(wizard.steps())
    # After the last step: the connector's changeEdition (U19), then the license's new edition.
    listing, edition_id = installation.listing.document, license_.fields["_changeEditionId"]
    function = find(listing, ("twoDotZero", "changeEdition"))
    if isinstance(function, dict) and function.get("function"):
        if function.get("_scriptId") and not function.get("_stackId"):
            raise not_simulated(SCRIPTS, "twoDotZero.changeEdition")
        options = {
            "fromEdition": edition(listing, license_.fields.get("_editionId")),
            "toEdition": edition(listing, edition_id),
            "integration": installation.read(),
            "license": installation.read_license(),
        }
        await installation.run_flat(function, options)
    fields = {**license_.fields, "_editionId": edition_id}
    del fields["_changeEditionId"]
    call.platform.licenses.rewrite(license_, fields)
    call.store.changes += 1
    return answer({"done": True})


def _installation(call: Call) -> Installation:
    installation = Installation.of(call)
    installation.check_framework(two=True)
    installation.check_license()
    return installation


def _changing_license(installation: Installation) -> License:
    license_ = installation.license
    if license_ is None or not license_.fields.get("_changeEditionId"):
        raise impossible("The license names no edition to change to (_changeEditionId).")
    return license_


ROUTES = (
    Route("POST", "/integrations/{id}/changeEdition", begin_change, body="anything"),
    Route("GET", "/integrations/{id}/changeEditionSteps", read_steps),
    Route(
        "POST", "/integrations/{id}/changeEditionSteps", submit_step, body="step", unless=(SCRIPTS,)
    ),
)
