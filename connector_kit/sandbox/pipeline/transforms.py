"""Transforms change a record before it continues (protocol/resources.md#export).

Version 1 is ``rules: [[{extract, generate}]]``; version 2 is ``rulesTwoDotZero: {mode, mappings,
lookups}``, whose mappings are those of mapper 2.0. The reference names only the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.lookups import Lookups
from connector_kit.sandbox.pipeline.mappers import MapperTwo
from connector_kit.sandbox.pipeline.templates import extract_value
from connector_kit.sandbox.pipeline.values import put_at

MODIFY = "modify"
"""The mode that keeps what no mapping names."""
_EVERY = "[*]"

Transform = Callable[[Any], Any]


def transform_of(told: Any) -> Transform | None:
    """Return what transforms a record by an expression, None when nothing does."""
    if not isinstance(told, dict):
        return None
    two = find(told, ("expression", "rulesTwoDotZero")) or told.get("rulesTwoDotZero")
    if isinstance(two, dict) and two.get("mappings"):
        return _by_mappings(two)
    lines = [*_lines(find(told, ("expression", "rules")) or told.get("rules"))]
    return (lambda record: rewrite(lines, record)) if lines else None


def rewrite(lines: Iterable[Document], record: Any, into: Document | None = None) -> Document:
    """Return a record made of *lines* ``{extract, generate}``, written into a copy of *into*."""
    made: Document = {} if into is None else into
    for line in lines:
        value = extract_value(record, str(line.get("extract") or ""))
        if value is not None and line.get("generate"):
            _put(made, str(line["generate"]), value)
    return made


def _by_mappings(two: Document) -> Transform:
    mapper = MapperTwo(two["mappings"], Lookups(two))

    def transform(record: Any) -> Any:
        mapped = mapper(record, {})
        kept = record if two.get("mode") == MODIFY and isinstance(record, dict) else {}
        return {**kept, **mapped}

    return transform


def _lines(rules: Any) -> Iterable[Document]:
    """Rules are a list of lists; a plain list is understood too."""
    for rule in rules if isinstance(rules, list) else ():
        yield from objects(rule if isinstance(rule, list) else [rule])


def _put(made: Document, generate: str, value: Any) -> None:
    """Write a value, or the items of a list to ``items[*].name``, one each."""
    if _EVERY not in generate:
        put_at(made, generate, value)
        return
    for position, item in enumerate(value if isinstance(value, list) else [value]):
        put_at(made, generate.replace(_EVERY, f"[{position}]", 1), item)
