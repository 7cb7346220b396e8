"""Transforms change a record before it continues (protocol/resources.md#export).

Version 1 is ``rules: [[{extract, generate}]]``; version 2 is ``rulesTwoDotZero: {mode, mappings,
lookups}``, whose mappings are those of mapper 2.0. The reference names only the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.conditions import Circumstances
from connector_kit.sandbox.pipeline.lookups import Cached, Lookups
from connector_kit.sandbox.pipeline.mappers import MapperTwo
from connector_kit.sandbox.pipeline.templates import extract_value
from connector_kit.sandbox.pipeline.values import put_at

MODIFY = "modify"
"""The mode that keeps what no mapping names."""
_EVERY = "[*]"

Transform = Callable[[Any], Any]


def transform_of(definition: Any, context: Document, cached: Cached) -> Transform | None:
    """Return what transforms a record by an expression, None when nothing does.

    *context* is what its templates see in addition to the record, *cached* reads lookup caches.
    """
    if not isinstance(definition, dict):
        return None
    two = find(definition, ("expression", "rulesTwoDotZero")) or definition.get("rulesTwoDotZero")
    if isinstance(two, dict) and two.get("mappings"):
        mapper, keeps = MapperTwo(two["mappings"], Lookups(two, cached)), two.get("mode") == MODIFY

        def transform(record: Any) -> Any:
            kept = record if keeps and isinstance(record, dict) else {}
            return {**kept, **mapper(record, Circumstances(context=context))}

        return transform
    rules = find(definition, ("expression", "rules")) or definition.get("rules")
    # Rules are a list of lists; a plain list is understood too.
    lines = [
        line
        for rule in (rules if isinstance(rules, list) else ())
        for line in objects(rule if isinstance(rule, list) else [rule])
    ]
    return (lambda record: rewrite(lines, record, context=context)) if lines else None


def rewrite(
    lines: Iterable[Document],
    record: Any,
    into: Document | None = None,
    context: Document | None = None,
) -> Document:
    """Return a record made of *lines* ``{extract, generate}``, written into *into*.

    The items of a list are written to ``items[*].name`` one each.
    """
    made: Document = {} if into is None else into
    for line in lines:
        value = extract_value(record, str(line.get("extract") or ""), context)
        generate = str(line.get("generate") or "")
        if value is None or not generate:
            continue
        if _EVERY not in generate:
            put_at(made, generate, value)
            continue
        for position, item in enumerate(value if isinstance(value, list) else [value]):
            put_at(made, generate.replace(_EVERY, f"[{position}]", 1), item)
    return made
