"""Settings of an installed connector, saved and shown, and its utilities.

Framework 1.0 calls a function for each (protocol/http-api.md#82-settings-calls, #85). In 2.0 a
user's save goes through ``preSave``, and a form may be made by a function
(protocol/settings-forms.md#4).
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.apps.frameworks import steps
from connector_kit.sandbox.apps.installation import Installation, relay
from connector_kit.sandbox.documents import locking, resources
from connector_kit.sandbox.documents.locking import update_in_progress
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.validation import check_kinds
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, not_found
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, parse
from connector_kit.sandbox.stacks.functions import unusable


async def save(call: Call) -> Answer:
    """PUT /integrations/{id}: a user's save goes through ``preSave``, a connector's does not.

    The function is not called for a save that is refused anyway. While the license is expired, it
    is not called either, and nothing is saved (U21).
    """
    record, sent = access.writable(call), call.document()
    check_kinds("integrations", sent)
    function = record.get("preSave")
    if call.connector_id is None and isinstance(function, dict) and function.get("function"):
        locking.check_no_update(call.store, record, sent)
        connector = call.store.find("connectors", record.connector_id or "")
        installation = Installation(call, record, connector)
        installation.check_license()
        options: Document = {"newResource": sent, "oldResource": parse(record.public)}
        saved = await installation.run_flat(function, options)
        if not isinstance(saved, dict):
            raise unusable("preSave must answer the document to store.")
        sent, record = saved, installation.record()
    return Answer(200, resources.put(call, record, sent).public)


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
    return relay(await installation.run("setting", function, options))


async def run_utility(call: Call) -> Answer:
    """PUT /integrations/{id}/utilities/{fn}."""
    installation = Installation.of(call)
    installation.check_license()
    return relay(await installation.run("utility", call.params["fn"], call.instructions()))


async def init_form(call: Call) -> Answer:
    """POST /{type}/{id}/settingsForm/init: form metadata, of `settingsForm.init` or static."""
    record = access.readable(call)
    resource: Document = parse(record.public)
    return await _answer_form(call, record, resource, _parents_of(call, record))


async def init_group_form(call: Call) -> Answer:
    """POST /integrations/{id}/flowGroupings/{groupId}/settingsForm/init."""
    integration, identity = access.readable(call), call.params["groupId"]
    groups = steps(integration.document, "flowGroupings")
    group = next((entry for entry in groups if entry.get("_id") == identity), None)
    if group is None:
        raise not_found(f"flow grouping {identity}")
    return await _answer_form(
        call, integration, group, [integration, *_parents_of(call, integration)]
    )


async def _answer_form(
    call: Call, record: Record, resource: Document, above: list[Record]
) -> Answer:
    """Answer the form of *resource*, a part of *record*; *above* are its parents, nearest first."""
    function = find(resource, ("settingsForm", "init"))
    static = find(resource, ("settingsForm", "form"))
    if not isinstance(function, dict) or not function.get("function"):
        if static is None:
            raise impossible(f"{resource.get('name')!r} has no settingsForm.")
        return answer(static)
    integrations = (item for item in (record, *above) if item.resource == "integrations")
    connector = call.store.find("connectors", record.connector_id or "")
    installation = Installation(call, next(integrations, record), connector)
    installation.check_license()
    parent = installation.parent()
    options: Document = {
        "resource": resource,
        "license": installation.read_license(),
        "parentLicense": parent.read_license() if parent else None,
    }
    for name, ancestor in zip(("parentResource", "grandparentResource"), above, strict=False):
        options[name] = parse(ancestor.public)
    if function.get("_scriptId"):  # protocol/extension.md#6: scripts get this, too
        options["sandbox"] = bool(installation.integration.get("sandbox"))
    form: Any = await installation.run_flat(function, options)
    return answer(static if form is None else form)


def _parents_of(call: Call, record: Record) -> list[Record]:
    """Return the integration of a document, and its parents."""
    own = record.get("_parentId") if record.resource == "integrations" else record.integration_id
    parent = call.store.get(record.account_id, "integrations", str(own)) if own else None
    return [parent, *_parents_of(call, parent)] if parent else []


ROUTES = (
    Route("PUT", "/integrations/{id}", save, body="integrations"),
    Route("PUT", "/integrations/{id}/settings/{fn}", run_setting, body="anything"),
    Route("PUT", "/integrations/{id}/utilities/{fn}", run_utility, body="anything"),
    *(
        Route("POST", f"/{resource}/{{id}}/settingsForm/init", init_form)
        for resource in ("exports", "imports", "flows", "connections", "integrations")
    ),
    Route(
        "POST",
        "/integrations/{id}/flowGroupings/{groupId}/settingsForm/init",
        init_group_form,
    ),
)
