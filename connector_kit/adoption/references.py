"""References to documents that did not come along: what each takes with it."""

import re

from connector_kit.adoption.paths import Path, at
from connector_kit.blueprint import Document

_ID = re.compile(r"[0-9a-fA-F]{24}")

_FIELD = re.compile(r"_\w+Ids?")

_LIKE_EVERYWHERE = re.compile(r"_(httpConnector\w*|iClient)Ids?")
"""The platform's own descriptions of applications, and the OAuth clients that a publisher shares
with the install base: they mean the same in every account (protocol/resources.md#connection,
protocol/README.md)."""

_DATA = frozenset({"configuration", "mapping", "mappings", "settings"})
"""Parts in which keys are the author's own."""

_HOLDING = {
    "_asyncHelperId": "asynchelpers",
    "_borrowConcurrencyFromConnectionId": "connections",
    "_connectionId": "connections",
    "_exportId": "exports",
    "_fileDefinitionId": "filedefinitions",
    "_importId": "imports",
    "_keepDeltaBehindExportId": "exports",
    "_keepDeltaBehindFlowId": "flows",
    "_runNextFlowIds": "flows",
    "_scriptId": "scripts",
}
"""The resource type that a field refers to."""

_ENTRIES = frozenset({"pageGenerators", "pageProcessors"})


def field_of(path: Path) -> str:
    """Return the name of the field that *path* leads into, through positions of a list."""
    return next((each for each in reversed(path) if isinstance(each, str)), "")


def resource_of(path: Path) -> str | None:
    """Return the resource type that the field at *path* refers to, None when nobody knows."""
    return _HOLDING.get(field_of(path))


def is_reference(path: Path, text: str) -> bool:
    """Tell whether *text* at *path* is the id of a document of the account."""
    field = field_of(path)
    if not _FIELD.fullmatch(field) or _LIKE_EVERYWHERE.fullmatch(field) or _DATA & set(path):
        return False
    return field in _HOLDING or bool(_ID.fullmatch(text))


def casualty(document: Document, path: Path) -> Path:
    """Return the smallest part of *document* that cannot live without the reference at *path*.

    A hook without its script, a page generator without its export. Empty when that is all of it.
    """
    field = field_of(path)
    if field == "_scriptId" and len(path) > 1:
        return _script_user(document, path[:-1])
    if field in {"_exportId", "_importId"} and len(path) > 2 and path[-3] in _ENTRIES:
        return path[:-1]
    return path


def _script_user(document: Document, path: Path) -> Path:
    # {"type": "script", "script": {...}}: a transformation or filter that is nothing else.
    around = path[:-1]
    is_all = path[-1] == "script" and around and at(document, (*around, "type")) == "script"
    return around if is_all else path
