"""Clones of exports, imports, flows and integrations (protocol/http-api.md#51-clone)."""

from __future__ import annotations

from dataclasses import dataclass

from connector_kit.sandbox.apps.install import begin_copy
from connector_kit.sandbox.clones.contents import contents_of, named_ids
from connector_kit.sandbox.clones.copies import make_copies, summary
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.fields import model_of
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import (
    Refusal,
    invalid,
    invalid_reference,
    missing,
    missing_entry,
)
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, parse


@dataclass(frozen=True)
class CloneRequest:
    """What a request asks of the copy."""

    name: str | None
    tag: str | None
    sandbox: bool
    connections: dict[str, str]
    stack_id: str | None

    @classmethod
    def of(cls, call: Call, sent: Document, record: Record) -> CloneRequest:
        """Read a body; raises `Refusal` 422 for names that lead nowhere."""
        connection_map = sent.get("connectionMap")
        if connection_map is None:
            connection_map = {}
        if not isinstance(connection_map, dict):
            raise invalid("connectionMap", "must be an object: old connection id to new one")
        sandbox = bool(sent["sandbox"] if "sandbox" in sent else record.get("sandbox"))
        stack_id = sent.get("_stackId")
        if stack_id:
            access.lookup(call, "stacks", stack_id, "_stackId")
        name, tag = _text(sent, "name"), _text(sent, "tag")
        connections = {}
        for old_id, new_id in connection_map.items():
            field = f"connectionMap.{old_id}"
            if not new_id:
                raise missing(field)
            connection = access.lookup(call, "connections", new_id, field)
            if bool(connection.get("sandbox")) != sandbox:
                raise invalid_reference(field, "connections", new_id)
            connections[old_id] = connection.id
        return cls(name, tag, sandbox, connections, stack_id)

    def ids(self, records: list[Record]) -> dict[str, str]:
        """Return what the copies name instead; raises `Refusal` 422 for a connection left out."""
        used = named_ids(records, "connections")
        if left := [name for name in used if name not in self.connections]:
            raise Refusal(422, [missing_entry(f"connectionMap.{name}") for name in left])
        stacks = named_ids(records, "stacks") if self.stack_id else []
        return {**self.connections, **{stack: self.stack_id or stack for stack in stacks}}


def clone(call: Call) -> Answer:
    """POST /exports/{id}/clone, also /imports and /flows: 201."""
    record, sent = access.readable(call), call.instructions()
    access.may_create(call)
    if record.resource == "flows":
        integration_id = sent.get("_integrationId")
        if integration_id is None:
            raise invalid_reference("_integrationId", "integrations", None)
        access.lookup(call, "integrations", integration_id, "_integrationId")
    request = CloneRequest.of(call, sent, record)
    records = contents_of(call.store, record)
    fields = _fields(request, sent)
    if call.connector_id:
        fields["_connectorId"] = call.connector_id
    copies = _name(call, make_copies(call, records, request.ids(records), fields), request)
    # A single copy is answered as the document itself, several as a list of what was made.
    return Answer(201, copies[0].public) if len(copies) == 1 else answer(summary(copies), 201)


def clone_integration(call: Call) -> Answer:
    """POST /integrations/{id}/clone: at once, or with its own installer."""
    access.owners_only(call)
    integration, sent = access.readable(call), call.instructions()
    if sent.get("newTemplateInstaller"):
        copy = begin_copy(call, integration, sent, is_clone=True)
        return answer({"_integrationId": copy.id}, 201)
    if integration.connector_id:
        raise invalid("newTemplateInstaller", "must be true for an installed connector")
    return answer(copy_integration(call, integration, sent), 201)


def copy_integration(call: Call, source: Record, sent: Document) -> list[Document]:
    """Copy an integration at once; returns what the platform answers."""
    request = CloneRequest.of(call, sent, source)
    records = contents_of(call.store, source)
    ids = {**request.ids(records), source.id: call.store.ids.next()}
    fields = {**_fields(request, {}), "_integrationId": ids[source.id]}
    new, *copies = make_copies(call, records, ids, fields)
    registered = named_ids(copies, "connections")
    new = writing.change(call, new, _registeredConnectionIds=registered)
    return summary(_name(call, [new, *copies], request))


def preview(call: Call) -> Answer:
    """GET /{type}/{id}/clone/preview: what would be copied."""
    record = access.readable(call)
    return answer(describe_copy(call, record))


def describe_copy(call: Call, record: Record) -> Document:
    """Return the documents that a copy of *record* is made of."""
    records = contents_of(call.store, record)
    return {
        "objects": [
            {"model": model_of(record.resource), "doc": parse(record.public)} for record in records
        ],
        "stackRequired": bool(named_ids(records, "stacks")),
    }


def _fields(request: CloneRequest, sent: Document) -> Document:
    fields: Document = {"sandbox": request.sandbox}
    if sent.get("_integrationId"):
        fields["_integrationId"] = sent["_integrationId"]
    return fields


def _name(call: Call, copies: list[Record], request: CloneRequest) -> list[Record]:
    """Give the copy of what was asked for its name and tag."""
    resources = ("integrations", "flows", "imports", "exports")
    root = next(copy for name in resources for copy in copies if copy.resource == name)
    fields = {"name": request.name or f"Clone - {root.get('name')}"}
    if request.tag and root.resource == "integrations":
        fields["tag"] = request.tag
    renamed = writing.change(call, root, **fields)
    return [renamed if copy.id == root.id else copy for copy in copies]


def _text(sent: Document, name: str) -> str | None:
    value = sent.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(name, "must be a text")
    return value


ROUTES = (
    *(
        Route("POST", f"/{resource}/{{id}}/clone", clone, ok=201, body="clone")
        for resource in ("exports", "imports", "flows")
    ),
    Route("POST", "/integrations/{id}/clone", clone_integration, ok=201, body="clone"),
    *(
        Route("GET", f"/{resource}/{{id}}/clone/preview", preview)
        for resource in ("exports", "imports", "flows", "integrations")
    ),
)
