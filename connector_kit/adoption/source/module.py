"""A connector as a Python package: its module, and the files that the module reads."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from connector_kit import blueprint
from connector_kit.adoption.source.components import component
from connector_kit.adoption.source.files import Files
from connector_kit.adoption.source.layout import (
    WIDTH,
    Atom,
    Bracketed,
    Expression,
    assignment,
    columns,
)
from connector_kit.adoption.source.literals import literal
from connector_kit.adoption.source.outline import Outline
from connector_kit.adoption.source.values import DATA_HELPER, TEXT_HELPER, Values
from connector_kit.blueprint.resources import TYPES

HELPERS = {
    TEXT_HELPER: f"""
def {TEXT_HELPER}(path: str) -> str:
    return (HERE / path).read_bytes().decode()
""",
    DATA_HELPER: f"""
def {DATA_HELPER}(path: str) -> Any:
    return json.loads((HERE / path).read_bytes())
""",
}

_DECLARATIONS = (
    *(blueprint.Connector, blueprint.Component, blueprint.Lookup, blueprint.Ref),
    *(blueprint.Source, blueprint.Step, blueprint.Router, blueprint.Branch),
    *(row.declared_as for row in TYPES.values() if row.declared_as),
)

MODULE_NAMES = frozenset(
    {
        *(declaration.__name__ for declaration in _DECLARATIONS),
        *("hook", "Any", "HERE", "Path", "json"),
        *HELPERS,
    }
)
"""What a class or a component in the module cannot be called."""

_DOCSTRING = '"""A connector that began as an integration built in integrator.io."""'

_INDENT = 4


def package(outline: Outline) -> Mapping[str, bytes]:
    """Return the files of the package that declares *outline*: contents by relative path."""
    files = Files()
    values = Values(
        {compiled.external_id: compiled.resource for compiled in outline.components}, files
    )
    body = "\n".join(_class(outline, values))
    module = "\n".join([_DOCSTRING, "", *_prologue(values.used), "", body, ""])
    return {"__init__.py": module.encode(), **files.contents}


def _prologue(used: set[str]) -> Iterator[str]:
    reads_files, reads_data = bool(used & HELPERS.keys()), DATA_HELPER in used
    if reads_data:
        yield "import json"
    if reads_files:
        yield "from pathlib import Path"
    if reads_data:
        yield "from typing import Any"
    if reads_files:
        yield ""
    yield from _kit_import(sorted(used - HELPERS.keys() | {"Connector"}))
    if reads_files:
        yield "\nHERE = Path(__file__).parent"
        yield from (f"\n{HELPERS[name].rstrip()}" for name in HELPERS if name in used)
    yield ""


def _kit_import(names: list[str]) -> list[str]:
    line = f"from connector_kit import {', '.join(names)}"
    if columns(line) <= WIDTH:
        return [line]
    return ["from connector_kit import (", *(f"    {name}," for name in names), ")"]


def _class(outline: Outline, values: Values) -> Iterator[str]:
    yield f"class {outline.class_name}(Connector):"
    yield from (assignment(*row, indent=_INDENT) for row in _listing(outline))
    for _resource, group in groupby(outline.components, key=lambda item: item.resource):
        yield ""
        for item in group:
            value = component(values, item, outline.sections.get(item.external_id))
            yield assignment(item.external_id, value, indent=_INDENT)
            values.declared.add(item.external_id)


def _listing(outline: Outline) -> Iterator[tuple[str, Expression]]:
    yield "name", literal(outline.name)
    if outline.description:
        yield "description", literal(outline.description)
    yield "version", literal(outline.version)
    if outline.applications:
        # A tuple of one needs its comma.
        words = [("", literal(application)) for application in outline.applications]
        alone = len(words) == 1
        yield (
            "applications",
            Atom(f"({words[0][1].flat},)") if alone else Bracketed("(", words, ")"),
        )
