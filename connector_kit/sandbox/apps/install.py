"""Installing a connector, of both frameworks: an integration with the steps that lead to it.

Framework 2.0 copies its source integration (protocol/http-api.md#81-framework-10,
#83-framework-20-install). The steps are the source's own; for connections that its resources use
and no step asks for, steps are put in front, and one of type ``template_zip`` makes the copies once
the connections are there. That step is left out when the source has nothing to copy, or a step of
its own.
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.apps.frameworks import TWO_DOT_ZERO, source_of, steps
from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.clones.contents import connections_of, contents_of, named_ids
from connector_kit.sandbox.clones.copies import as_template, copy_document, regroup
from connector_kit.sandbox.connectors.license_rules import choose_license
from connector_kit.sandbox.documents import shaping, writing
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, invalid, not_found
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document

TEMPLATE_ZIP = "template_zip"
IN_FRONT = ("connection", "stack", TEMPLATE_ZIP)
ZIP_STEP: Document = {
    "name": "Copy resources now from template zip",
    "type": TEMPLATE_ZIP,
    "completed": False,
    "templateZip": True,
    "isClone": False,
}


async def install(call: Call) -> Answer:
    """POST /integrations/{connectorId}/install, /connectors/{connectorId}/install (U4).

    The path takes the connector's id. When a 1.0 installer fails the integration stays, in mode
    ``install``, and can be uninstalled. In 2.0 nothing is called before the first step.
    """
    access.owners_only(call)
    connector = call.store.find("connectors", call.id)
    if connector is None:
        raise not_found(f"connectors {call.id}")
    sent = call.instructions()
    if connector.get("framework") == TWO_DOT_ZERO:
        source_id = source_of(connector.document) or ""
        source = call.store.get(connector.account_id, "integrations", source_id)
        if source is None:
            raise impossible(
                f"The connector {connector.id} names no source integration of its publisher's "
                "(twoDotZero._integrationId)."
            )
        fields = source_fields(call.store, source)
        fields |= {"name": connector.get("name"), "_sourceId": source.id}
        integration = begin_installation(call, connector, sent, fields)
    else:
        integration = begin_installation(call, connector, sent, {})
        function = str(connector.get("installerFunction"))
        installation = Installation(call, integration, connector)
        await installation.run("installer", function, _connectorId=connector.id)
    return answer({"_integrationId": integration.id})


def begin_installation(call: Call, connector: Record, sent: Document, fields: Document) -> Record:
    """Make the integration of an installation and attach a license to it (U5)."""
    sandbox = _flag(sent, "sandbox")
    license_ = choose_license(call, connector.id, sandbox=sandbox)
    defaults = {"name": connector.get("name"), "install": []}
    own = {"_connectorId": connector.id, "sandbox": sandbox}
    integration = _make(call, {**defaults, **fields, **own}, sent)
    call.platform.licenses.attach(license_, integration.id)
    return integration


def begin_copy(call: Call, source: Record, sent: Document, *, is_clone: bool) -> Record:
    """Make the integration of a clone or template; a connector's uses a license of its own."""
    fields = {**source_fields(call.store, source, is_clone=is_clone), "_sourceId": source.id}
    connector = call.store.find("connectors", source.connector_id or "")
    name = sent.get("name") or (f"Clone - {source.get('name')}" if is_clone else None)
    if name is not None and not isinstance(name, str):
        raise invalid("name", "must be a text")
    fields |= {"name": name} if name else {}
    if connector:
        return begin_installation(call, connector, sent, fields)
    return _make(call, {**fields, "sandbox": _flag(sent, "sandbox")}, sent)


def source_fields(store: Store, source: Record, *, is_clone: bool = False) -> Document:
    """Return what an installation inherits from its source integration."""
    document = copy_document(source.document, {})
    regroup(document, store.ids)
    for name in ("sandbox", "tag", "_registeredConnectionIds", "install", *shaping.ORIGIN):
        document.pop(name, None)
    install_steps = steps_to_copy(store, source, is_clone=is_clone)
    return {**document, "installSteps": install_steps, "changeEditionSteps": []}


def steps_to_copy(store: Store, source: Record, *, is_clone: bool = False) -> list[Document]:
    """Return the steps that lead to a copy of *source*, none of them completed."""
    records = contents_of(store, source)[1:]
    used = connections_of(store, records)
    own = [_reset(store, source, used, step) for step in steps(source.document, "installSteps")]
    with_step = {_source_connection(step).get("_id") for step in own}
    mark = {"isClone": True} if is_clone else {}
    made: list[Document] = [
        {
            "name": str(connection.get("name")),
            "type": "connection",
            "completed": False,
            "sourceConnection": {**as_template(connection.document), "_id": connection.id},
            **mark,
        }
        for connection in used
        if connection.id not in with_step
    ]
    if records and not any(step.get("type") == TEMPLATE_ZIP for step in own):
        in_front = [step.get("type") in IN_FRONT or step.get("sourceConnection") for step in own]
        place = next((n for n, is_in_front in enumerate(in_front) if not is_in_front), len(own))
        own.insert(place, {**ZIP_STEP, **mark})
    if named_ids(records, "stacks") and is_clone:
        made.append({"name": "Stack", "type": "stack", "completed": False, **mark})
    return [*made, *own]


def _make(call: Call, fields: Document, sent: Document) -> Record:
    tag = sent.get("tag")
    if tag is not None and not isinstance(tag, str):
        raise invalid("tag", "must be a text")
    document = {
        **fields,
        "_id": call.store.ids.next(),
        "mode": "install",
        "updateInProgress": False,
        **({"tag": tag} if tag else {}),
    }
    return writing.store(call, "integrations", document)


def _reset(store: Store, source: Record, used: list[Record], step: Document) -> Document:
    """Return a step as it is before it is completed; *used* are the source's connections."""
    kept = {name: value for name, value in step.items() if name != "_connectionId"}
    template = _source_connection(step)
    connected = store.get(source.account_id, "connections", str(step.get("_connectionId")))
    described = (
        record
        for name in ("externalId", "name")
        for record in used
        if template.get(name) and record.get(name) == template[name]
    )
    if connection := connected or next(described, None):
        whole = {**as_template(connection.document), **template}
        kept["sourceConnection"] = {**whole, "_id": connection.id}
    return {**kept, "completed": False}


def _source_connection(step: Document) -> Document:
    connection: Any = step.get("sourceConnection")
    return connection if isinstance(connection, dict) else {}


def _flag(sent: Document, name: str) -> bool:
    value = sent.get(name)
    if value is not None and not isinstance(value, bool):
        raise invalid(name, "must be true or false")
    return bool(value)


ROUTES = (
    Route("POST", "/integrations/{id}/install", install, body="install"),
    Route("POST", "/connectors/{id}/install", install, body="install"),
)
