"""What a rule is, and how rules look into a symbolic document."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.fields import FREE_DATA_FIELDS
from connector_kit.blueprint.problems import Finding
from connector_kit.documents import LITERAL, Document, Json, referred

Components = Mapping[str, CompiledComponent]
Words = tuple[str, str]
"""What is wrong, and the way out."""

Check = Callable[[CompiledComponent, Components], Iterator[Words]]


@dataclass(frozen=True)
class Rule:
    """One thing the platform asks for. *source* says where that is known from.

    Ids that begin with E are structural: the platform cannot hold such a document. Vocabularies
    and limits, which grow with the platform's editions, are warnings (W).
    """

    id: str
    source: str
    check: Check

    def findings(self, component: CompiledComponent, components: Components) -> Iterator[Finding]:
        """Yield what the rule finds in *component*, one of *components*."""
        for message, hint in self.check(component, components):
            yield Finding(self.id, message, hint)


def objects(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield *document* and every object inside with its dotted path; samples are left out."""
    yield "", document
    for key, item in document.items():
        if key not in FREE_DATA_FIELDS:
            yield from _objects(item, key)


def _objects(value: Json, path: str) -> Iterator[tuple[str, Document]]:
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from _objects(item, f"{path}[{n}]")
    elif isinstance(value, dict) and referred(value) is None:
        inside = value[LITERAL] if value.keys() == {LITERAL} else value
        yield path, inside
        for key, item in inside.items():
            yield from _objects(item, f"{path}.{key}" if path else key)


def members(document: Document) -> Iterator[tuple[str, str, Any]]:
    """Yield the path, the key and the value of every field inside; samples are left out."""
    for path, object_ in objects(document):
        for key, item in object_.items():
            if path or key not in FREE_DATA_FIELDS:
                yield (f"{path}.{key}" if path else key), key, item


def nested(document: Document, key: str) -> Document:
    """Return the object under *key*, an empty one when there is none."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def entries(document: Document, key: str) -> list[Document]:
    """Return the objects in the list under *key*; empty when there is no list."""
    value = document.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
