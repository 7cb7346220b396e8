"""References between documents: where they are, and what goes with a missing one."""

import hashlib

from connector_kit.blueprint.resources import AUTHORS_OWN, names_reference, referred_type
from connector_kit.documents import Document, Json
from connector_kit.documents.ids import is_id
from connector_kit.documents.walking import FREE_DATA_FIELDS, Path, at, field_of

_MENTIONS = frozenset(
    {"_keepDeltaBehindExportId", "_keepDeltaBehindFlowId", "_runNextExportIds", "_runNextFlowIds"}
)
"""Fields that refer to what runs beside a document, often in another integration."""

_ESSENTIAL = frozenset(
    {
        *("_abstractId", "_apiId", "_exportId", "_flowId", "_importId", "_lookupCacheId"),
        *("_mcpConnectionId", "_toolId"),
    }
)
_ENTRIES = frozenset(
    {
        *("pageGenerators", "pageProcessors", "_runNextExportIds", "lookups"),
        *("apis", "prompts", "tools", "connections", "exports", "imports"),
    }
)
"""Fields without which the entry of one of these lists is nothing."""


def is_mention(path: Path) -> bool:
    """Tell whether the document with the reference at *path* runs without what it refers to."""
    return bool(_MENTIONS.intersection(path))


def is_reference(path: Path, text: str) -> bool:
    """Tell whether *text* at *path* is a reference to a document, even if *text* is empty."""
    if row := referred_type(path):
        return row.has_names
    return names_reference(path) and not AUTHORS_OWN.intersection(path) and is_id(text)


def proper(text: str) -> str:
    """Return *text* if it is an id, or empty; else always the same id in place of it."""
    if not text or is_id(text):
        return text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def with_proper_ids(document: Document) -> Document:
    """Return *document* with ids wherever it refers to another one.

    Hand-made documents may hold other texts in these fields; those would be taken for references
    wherever they occur, even as ordinary words.
    """
    return {
        key: value if key in FREE_DATA_FIELDS else _with_proper_ids(value, (key,))
        for key, value in document.items()
    }


def casualty(document: Document, path: Path) -> Path:
    """Return the smallest part of *document* that cannot live without the reference at *path*.

    A hook without its script, a page generator without its export. Empty when that is all of it.
    """
    field = field_of(path)
    if field == "_scriptId" and len(path) > 1:
        # {"type": "script", "script": {...}}: a transformation or filter that is nothing else.
        user, around = path[:-1], path[:-2]
        is_all = user[-1] == "script" and around and at(document, (*around, "type")) == "script"
        return around if is_all else user
    if field in _ESSENTIAL:
        entries = [n for n, part in enumerate(path) if isinstance(part, int)]
        if entries and path[entries[-1] - 1] in _ENTRIES:
            return path[: entries[-1] + 1]
    return path


def _with_proper_ids(value: Json, path: Path) -> Json:
    if isinstance(value, dict):
        return {key: _with_proper_ids(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_proper_ids(item, (*path, n)) for n, item in enumerate(value)]
    row = referred_type(path)
    return proper(value) if isinstance(value, str) and row and row.has_names else value
