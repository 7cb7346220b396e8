"""What the server itself adds to, keeps in and drops from a document.

protocol/http-api.md#3-conventions, protocol/resources.md#fields-most-documents-share
"""

from __future__ import annotations

import secrets
from typing import Any

from connector_kit.sandbox.http.wire import Document

ORIGIN = ("_templateId", "_sourceId")
"""Where a document was copied from: read-only."""
ALWAYS_KEPT = ("_id", "createdAt", "_connectorId", "sandbox", "apiIdentifier", *ORIGIN)
"""Fields of a stored document that no PUT changes or erases."""
KEPT = {
    "connections": ("offline", "queues"),
    "integrations": ("mode", "updateInProgress", "version", "_parentId"),
    "lookupcaches": ("size", "sizeInMB"),
}
"""More such fields; a connector may write some of an integration's (`lifecycle_fields`)."""

BY_PATCH_ONLY = {"scripts": ("debugUntil",)}
"""Fields that neither a POST nor a PUT writes."""

_PLATFORMS_OWN = {
    "connections": ("offline", "queues"),
    "integrations": ("_parentId",),
    "scripts": ("debugUntil",),
    "lookupcaches": ("size", "sizeInMB"),
    "connectors": ("trialEnabled", "trialPeriod", "_trialLicenseId"),
}
"""Fields that a new document does not have yet, whatever was sent."""

DEFAULTS: dict[str, Document] = {
    "integrations": {
        "install": [],
        "installSteps": [],
        "uninstallSteps": [],
        "changeEditionSteps": [],
        "flowGroupings": [],
    },
    "apis": {"version": "v1", "disabled": False},
    "mcpservers": {"disabled": True},
    "lookupcaches": {
        "includeDataInTemplatesAndCloning": False,
        "size": 0,
        "sizeInMB": "0 MB",
    },
}
"""What a new document carries where nothing else was sent."""

_IDENTIFIERS = {"exports": "e", "imports": "i"}

_KINDS = {
    "http": "HTTP",
    "rest": "REST",
    "netsuite": "NetSuite",
    "salesforce": "Salesforce",
    "rdbms": "RDBMS",
    "mongodb": "Mongodb",
    "dynamodb": "Dynamodb",
    "jdbc": "JDBC",
    "ftp": "FTP",
    "s3": "S3",
    "filesystem": "FileSystem",
    "as2": "AS2",
    "wrapper": "Wrapper",
}
_WITHOUT_CONNECTION = {"webhook": "WebhookExport", "simple": "SimpleExport"}


def first_version(resource: str, sent: Document) -> Document:
    """Return *sent* with what the server adds to a new document, apart from its id and dates."""
    document = tidy(resource, {**sent, "sandbox": bool(sent.get("sandbox"))})
    for name in ("_id", "apiIdentifier", "createdAt", *ORIGIN, *_PLATFORMS_OWN.get(resource, ())):
        document.pop(name, None)
    if letter := _IDENTIFIERS.get(resource):
        document["apiIdentifier"] = letter + secrets.token_hex(5)
    if resource == "exports":
        document["asynchronous"] = True
    return {**DEFAULTS.get(resource, {}), **document}


def next_version(
    resource: str, sent: Document, stored: Document, *, is_patch: bool = False
) -> Document:
    """Return *sent* with what the server keeps of the *stored* document."""
    document = {**sent}
    only_patched = () if is_patch else BY_PATCH_ONLY.get(resource, ())
    for name in (*ALWAYS_KEPT, *KEPT.get(resource, ()), *only_patched):
        document.pop(name, None)
        if name in stored:
            document[name] = stored[name]
    if resource == "exports":
        document["asynchronous"] = True
    return tidy(resource, document)


def new_system_token() -> str:
    """Return a token by which a stack knows the platform."""
    return secrets.token_hex(24)


def lifecycle_fields(sent: Document, stored: Document) -> Document:
    """Return the fields of its own integration that only a connector writes.

    Of ``mode`` it makes one step, from ``install`` to ``settings``; every other change is the
    platform's (protocol/resources.md#integration).
    """
    written: Document = {
        name: sent[name] for name in ("updateInProgress", "version") if name in sent
    }
    if (stored.get("mode"), sent.get("mode")) == ("install", "settings"):
        written["mode"] = "settings"
    return written


def adaptor_type(resource: str, document: Document, connection: Document | None) -> str | None:
    """Return the adaptor type that follows from the connection, None when nothing does."""
    if resource == "exports" and document.get("type") in _WITHOUT_CONNECTION:
        return _WITHOUT_CONNECTION[document["type"]]
    kind = _KINDS.get((connection or {}).get("type") or "")
    if kind is None:
        return None
    if resource == "exports":
        return f"{kind}Export"
    is_distributed = document.get("distributed") or document.get("netsuite_da")
    return "NetSuiteDistributedImport" if kind == "NetSuite" and is_distributed else f"{kind}Import"


def tidy(resource: str, document: Document) -> Document:
    """Drop hooks that say nothing: a hook of nulls is sent, no hook is returned."""
    if resource in ("exports", "imports"):
        shaped: Document = _without_empty_hooks(document)
        return shaped
    if resource == "flows" and isinstance(document.get("pageProcessors"), list):
        steps = [
            _without_empty_hooks(page_processor) for page_processor in document["pageProcessors"]
        ]
        return {**document, "pageProcessors": steps}
    return document


def _without_empty_hooks(document: Any) -> Any:
    if not isinstance(document, dict) or not isinstance(document.get("hooks"), dict):
        return document
    hooks = {
        name: hook
        for name, hook in document["hooks"].items()
        if hook and not (isinstance(hook, dict) and all(item is None for item in hook.values()))
    }
    rest = {name: value for name, value in document.items() if name != "hooks"}
    return {**rest, "hooks": hooks} if hooks else rest
