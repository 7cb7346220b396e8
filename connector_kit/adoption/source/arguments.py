"""Fields of documents as keyword arguments."""

from collections.abc import Collection

from connector_kit.adoption.source.layout import Expression
from connector_kit.adoption.source.values import Values, Where
from connector_kit.blueprint import python_field
from connector_kit.documents import Document

Argument = tuple[str, Expression]
"""What precedes the value (``http=``; nothing when it is positional), and the value."""


def keywords(
    values: Values, kind: str, fields: Document, where: Where, raw: Collection[str] = ()
) -> list[Argument]:
    """Return *fields* of a *kind* of document as arguments.

    Those in *raw*, and those that have no keyword, go into ``wire={...}``.
    """
    names = {key: None if key in raw else python_field(kind, key) for key in fields}
    arguments = [
        (f"{name}=", values.value(fields[key], (*where, key)))
        for key, name in names.items()
        if name is not None
    ]
    wire = {key: fields[key] for key, name in names.items() if name is None}
    return [*arguments, ("wire=", values.members(wire, where))] if wire else arguments


def without(document: Document, *keys: str) -> Document:
    """Return *document* less *keys*."""
    return {key: value for key, value in document.items() if key not in keys}
