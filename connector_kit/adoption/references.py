"""References between documents: where they are, and what goes with a missing one."""

from connector_kit.adoption.ids import is_id, proper
from connector_kit.blueprint.resources import ResourceType, names_reference, referred_type
from connector_kit.documents import Document, Json
from connector_kit.documents.walking import FREE_DATA_FIELDS, Path, at

_DATA = frozenset({"configuration", "mapping", "mappings", "settings"})
"""Parts in which keys are the author's own."""

_ENTRIES = frozenset({"pageGenerators", "pageProcessors"})


def field_of(path: Path) -> str:
    """Return the name of the field that *path* leads into, through positions of a list."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def type_of(path: Path) -> ResourceType | None:
    """Return the resource type that the field at *path* refers to, None when it is unknown."""
    return None if _DATA.intersection(path) else referred_type(field_of(path))


def is_reference(path: Path, text: str) -> bool:
    """Tell whether *text* at *path* is a reference to a document, even if *text* is empty."""
    if row := type_of(path):
        return row.has_names
    names_document = names_reference(field_of(path)) and not _DATA.intersection(path)
    return names_document and is_id(text)


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
    if field in {"_exportId", "_importId"} and len(path) > 2 and path[-3] in _ENTRIES:
        return path[:-1]
    return path


def _with_proper_ids(value: Json, path: Path) -> Json:
    if isinstance(value, dict):
        return {key: _with_proper_ids(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_proper_ids(item, (*path, n)) for n, item in enumerate(value)]
    row = type_of(path)
    return proper(value) if isinstance(value, str) and row and row.has_names else value
