"""Framework 2.0: changing the edition (protocol/http-api.md#84)."""

from __future__ import annotations

from connector_kit.sandbox.apps.frameworks import edition, source_of, steps
from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.apps.wizard import HIDDEN, Wizard
from connector_kit.sandbox.connectors.license_store import License
from connector_kit.sandbox.http.call import EMPTY, Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.unsimulated import SCRIPTS

STEPS = "changeEditionSteps"


def begin_change(call: Call) -> Answer:
    """POST /integrations/{id}/changeEdition: prepares the steps that the source has."""
    installation = _installation(call)
    _wanted(installation)
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
    license_ = _wanted(installation)
    wizard = Wizard(installation, STEPS)
    await wizard.run_hidden()
    await wizard.submit(call.instructions())
    if wizard.current() is not None:
        return answer(wizard.steps())
    await _change(installation, license_)
    return answer({"done": True})


async def _change(installation: Installation, license_: License) -> None:
    """Call the connector's changeEdition (U19), and give the license its new edition."""
    listing = installation.listing.document
    wanted = license_.fields["_changeEditionId"]
    own = listing.get("twoDotZero")
    named = own.get("changeEdition") if isinstance(own, dict) else None
    if isinstance(named, dict) and named.get("function"):
        options = {
            "fromEdition": edition(listing, license_.fields.get("_editionId")),
            "toEdition": edition(listing, wanted),
            "integration": installation.read(),
            "license": installation.read_license(),
        }
        await installation.run_flat(named, options)
    fields: Document = {**license_.fields, "_editionId": wanted}
    del fields["_changeEditionId"]
    installation.call.platform.licenses.rewrite(license_, fields)
    installation.call.store.changes += 1


def _installation(call: Call) -> Installation:
    installation = Installation.of(call)
    installation.check_framework(two=True)
    installation.check_license()
    return installation


def _wanted(installation: Installation) -> License:
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
