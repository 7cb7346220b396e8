"""Which mappings of an import customers may not delete, or not edit.

They are named by what they generate, ``"text"``, and in a list ``"lines[*].sku"``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.documents import Document

_LIST = "[*]."


@dataclass
class _Entry:
    required: list[str] = field(default_factory=list)
    fixed: list[str] = field(default_factory=list)


def mapping_metadata(component: CompiledComponent) -> list[Document]:
    """Return the entries of *component* (settings-forms.md#33); none when it says nothing."""
    entries: dict[str, _Entry] = {}
    for name in component.required_mappings:
        listed, generate = split(name)
        entries.setdefault(listed, _Entry()).required.append(generate)
    for name in component.locked_mappings:
        listed, generate = split(name)
        entries.setdefault(listed, _Entry()).fixed.append(generate)
    return [
        {
            **({"generateList": listed} if listed else {}),
            "requiredGenerateFields": entry.required,
            "nonEditableGenerateFields": entry.fixed,
        }
        for listed, entry in sorted(entries.items())
    ]


def split(name: str) -> tuple[str, str]:
    """Return the list that *name* is in, or nothing, and what the mapping generates."""
    listed, separator, generate = name.rpartition(_LIST)
    return (listed, generate) if separator else ("", name)


def mapping_findings(component: CompiledComponent) -> Iterator[Finding]:
    """Yield what is wrong with the mappings that *component* names."""
    document = component.document
    known: set[str] = set()
    if isinstance(mapping := document.get("mapping"), dict):
        known.update(_names(mapping.get("fields"), ""))
        for list_ in _objects(mapping.get("lists")):
            known.update(_names(list_.get("fields"), f"{list_.get('generate')}{_LIST}"))
    for entry in _objects(document.get("mappings")):
        known.update(_of_tree(entry, ""))
    for word in ("required_mappings", "locked_mappings"):
        names: Any = getattr(component, word)
        for name in names:
            if name not in known:
                hint = (
                    f"{did_you_mean(str(name), known)}Name what a mapping generates, in a list "
                    'as "lines[*].sku".'
                )
                yield Finding("E120", f"{word} names {name!r}, which has no mapping.", hint)


def _of_tree(mapping: Document, prefix: str) -> Iterator[str]:
    name = f"{prefix}{mapping.get('generate')}"
    yield name
    for document in _objects(mapping.get("mappings")):
        yield from _of_tree(document, f"{name}.")
    for array in _objects(mapping.get("buildArrayHelper")):
        for document in _objects(array.get("mappings")):
            yield from _of_tree(document, f"{name}{_LIST}")


def _names(fields: Any, prefix: str) -> Iterator[str]:
    return (f"{prefix}{document.get('generate')}" for document in _objects(fields))


def _objects(value: Any) -> Iterable[Document]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else ()
