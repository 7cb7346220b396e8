"""What the rules for components look at, and how they read a document."""

from collections.abc import Mapping

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.documents import Document

Components = Mapping[str, CompiledComponent]
"""All components of a connector, by external id."""


def nested(document: Document, key: str) -> Document:
    """Return the object under *key*, an empty one when there is none."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def entries(document: Document, key: str) -> list[Document]:
    """Return the objects in the list under *key*; empty when there is no list."""
    value = document.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
