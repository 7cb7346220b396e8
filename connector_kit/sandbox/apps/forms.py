"""Settings forms that a function makes (protocol/settings-forms.md#41-settingsform)."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.apps.frameworks import steps
from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, not_found
from connector_kit.sandbox.http.route import Route
from connector_kit.sandbox.http.wire import Document, parse
from connector_kit.sandbox.unsimulated import SCRIPTS


async def init_form(call: Call) -> Answer:
    """POST /{type}/{id}/settingsForm/init: form metadata, of `settingsForm.init` or static."""
    record = access.readable(call)
    shown: Document = parse(record.public)
    return await _formed(call, record, shown, _above(call, record))


async def init_group_form(call: Call) -> Answer:
    """POST /integrations/{id}/flowGroupings/{groupId}/settingsForm/init."""
    integration, identity = access.readable(call), call.params["groupId"]
    groups = steps(integration.document, "flowGroupings")
    group = next((each for each in groups if each.get("_id") == identity), None)
    if group is None:
        raise not_found(f"flow grouping {identity}")
    return await _formed(call, integration, group, [integration, *_above(call, integration)])


async def _formed(call: Call, record: Record, resource: Document, above: list[Record]) -> Answer:
    """Answer the form of *resource*, a part of *record*; *above* are its parents, nearest first."""
    named = find(resource, ("settingsForm", "init"))
    static = find(resource, ("settingsForm", "form"))
    if not isinstance(named, dict) or not named.get("function"):
        if static is None:
            raise impossible(f"{resource.get('name')!r} has no settingsForm.")
        return answer(static)
    installation = _installation(call, record, above)
    told: Document = {"resource": resource}
    for name, parent in zip(("parentResource", "grandparentResource"), above, strict=False):
        told[name] = parse(parent.public)
    told |= _licenses(installation)
    form: Any = await installation.run_flat(named, told)
    return answer(static if form is None else form)


def _above(call: Call, record: Record) -> list[Record]:
    """Return the integration of a document, and its parents."""
    own = record.get("_parentId") if record.resource == "integrations" else record.integration_id
    parent = call.store.get(record.account_id, "integrations", str(own)) if own else None
    return [parent, *_above(call, parent)] if parent else []


def _installation(call: Call, record: Record, above: list[Record]) -> Installation:
    integrations = [each for each in (record, *above) if each.resource == "integrations"]
    connector = call.store.find("connectors", record.connector_id or "")
    return Installation(call, integrations[0] if integrations else record, connector)


def _licenses(installation: Installation) -> Document:
    parent = installation.parent()
    return {
        "license": installation.license_shown(),
        "parentLicense": parent.license_shown() if parent else None,
    }


ROUTES = (
    *(
        Route("POST", f"/{each}/{{id}}/settingsForm/init", init_form, unless=(SCRIPTS,))
        for each in ("exports", "imports", "flows", "connections", "integrations")
    ),
    Route(
        "POST",
        "/integrations/{id}/flowGroupings/{groupId}/settingsForm/init",
        init_group_form,
        unless=(SCRIPTS,),
    ),
)
