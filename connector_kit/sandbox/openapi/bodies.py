"""What requests send, as JSON schemas; documents are described by their fields.

`connector_kit.sandbox.http.routing.Route.body` names one of them.
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.fields import kinds
from connector_kit.sandbox.documents.schemas import words
from connector_kit.sandbox.documents.validation import REQUIRED
from connector_kit.sandbox.http.wire import Document

TEXT: Document = {"type": "string"}
TEXTS: Document = {"type": "array", "items": TEXT}
FLAG: Document = {"type": "boolean"}
WHOLE: Document = {"type": "integer"}
OBJECT: Document = {"type": "object"}
OBJECTS: Document = {"type": "array", "items": OBJECT}
DATE: Document = {"type": "string", "format": "date-time"}
RECORDS: Document = {"type": "array", "items": {}}

_KINDS: dict[str, Document] = {
    "text": TEXT,
    "id": TEXT,
    "ids": TEXTS,
    "flag": FLAG,
    "whole": {"type": "number"},
    "object": OBJECT,
    "list": {"type": "array"},
    "date": DATE,
}
_MAPPING = {
    "type": "object",
    "properties": {
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"extract": TEXT, "generate": TEXT, "hardCodedValue": {}},
            },
        },
        "lists": OBJECTS,
    },
}
_SHARE = {"type": "object", "properties": {"_integrationId": TEXT, "accessLevel": TEXT}}


def _object(required: str = "", **properties: Document) -> Document:
    schema: Document = {"type": "object", "properties": properties}
    return {**schema, "required": required.split()} if required else schema


def _array(items: Document) -> Document:
    return {"type": "array", "items": items}


_CLONE = _object(
    connectionMap={"type": "object", "additionalProperties": TEXT},
    name=TEXT,
    tag=TEXT,
    sandbox=FLAG,
    _stackId=TEXT,
    _integrationId=TEXT,
    newTemplateInstaller=FLAG,
)
_PATCH = _array(
    _object("op path", op={"enum": ["add", "remove", "replace", "test"]}, path=TEXT, value={})
)

BODIES: dict[str, Document] = {
    "anything": {},
    "ids": TEXTS,
    "records": RECORDS,
    "rows": _object("data", data=_array(_object("key value", key=TEXT, value=TEXT))),
    "keys": _object("keys", keys=TEXTS),
    "row_query": _object(keys=TEXTS, startsWith=TEXT),
    "patch": _PATCH,
    "virtual_export": _object(
        "export",
        export=_object(asynchronous=FLAG, pageSize=WHOLE, http=OBJECT, rest=OBJECT),
        pagedExportState=OBJECT,
    ),
    "virtual_import": _object(
        "import data",
        **{"import": _object(mapping=_MAPPING, http=OBJECT, rest=OBJECT), "data": RECORDS},
    ),
    "ping": _object(_flowId=TEXT, _integrationId=TEXT, _exportId=TEXT, _importId=TEXT),
    "replacement": _object("_newConnectionId", _connectionId=TEXT, _newConnectionId=TEXT),
    "clone": _CLONE,
    "run": _object(export=_object(startDate=DATE), runKey=TEXT),
    "errors": _object("errors", errors=TEXTS),
    "assignment": _object("errorIds", errorIds=TEXTS, email=TEXT, _userId=TEXT),
    "tagging": _object("errorIds tagIds", errorIds=TEXTS, tagIds=TEXTS),
    "retry": _object(retryDataKeys=TEXTS, errorIds=TEXTS, errorFileId=TEXT),
    "retry_data": _object("data", data={}),
    "install": _object(sandbox=FLAG, tag=TEXT, newTemplateInstaller=FLAG),
    "step": _object(_connectionId=TEXT, connection=OBJECT, _stackId=TEXT),
    "push": _object("_integrationIds", _integrationIds=TEXTS),
    "license": _object(
        email=TEXT,
        expires=DATE,
        trialEndDate=DATE,
        opts=OBJECT,
        sandbox=FLAG,
        _editionId=TEXT,
        _changeEditionId=TEXT,
        _parentId=TEXT,
    ),
    "license_request": _object("_connectorId", _connectorId=TEXT, connectorName=TEXT),
    "job_filters": _object(
        flowIds=TEXTS, integrationIds=TEXTS, sandbox=FLAG, time_gt=WHOLE, time_lte=WHOLE
    ),
    "new_retry": _object("_jobId", _jobId=TEXT, type=TEXT, data={}),
    "invitation": _object(
        "email", email=TEXT, accessLevel=TEXT, integrationAccessLevel=_array(_SHARE)
    ),
    "subscriptions": _array(
        _object(
            "subscribed",
            _integrationId=TEXT,
            _flowId=TEXT,
            _connectionId=TEXT,
            subscribed=FLAG,
            subscribedByUserEmail=TEXT,
        )
    ),
}


def schema(name: str) -> Document:
    """Return the schema of a body by name: one of `BODIES`, else a type of documents."""
    if name in BODIES:
        return BODIES[name]
    resource = "jobs" if name == "job" else name
    properties: dict[str, Any] = {name: _KINDS[kind] for name, kind in kinds(resource).items()}
    for field, allowed in words(resource).items():
        properties[field] = {"type": "string", "enum": allowed}
    return _object(" ".join(REQUIRED.get(resource, ())), **properties)
