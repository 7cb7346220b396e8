"""Two versions of a connector out of one download: as it is, and one release later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from rich.console import Console

from connector_kit.adoption import (
    Outline,
    adopt,
    load_connector,
    read_files,
    unpack,
    write_package,
)
from connector_kit.blueprint import CompiledComponent
from connector_kit.blueprint.order import dependency_order
from connector_kit.documents import Document, Json, references, referred
from connector_kit.documents.walking import Path as Place
from connector_kit.documents.walking import without
from connector_kit.management.adoptions import census, render_adoption

FIRST, SECOND = "1.0.0", "1.1.0"

Components = dict[str, CompiledComponent]
"""By external id, in dependency order."""

_REMOVED_LAST = ("flows", "connections")
_CHANGED_LAST = ("flows", "scripts", "asynchelpers", "filedefinitions", "connections")
"""Types of components to leave unchanged if possible, the later in the list the more so."""


def derive_versions(source: Path, home: Path, console: Console | None = None) -> tuple[str, str]:
    """Adopt *source* and write it as two packages below *home*; return where to load them from.

    Says on *console* what was adopted, and what differs in the second version. Raises AdoptionError
    when *source* is not an integration.
    """
    console = console or Console(highlight=False, markup=False, emoji=False)
    adoption = adopt(unpack(read_files(source)), version=FIRST, keep_samples=True)
    first = adoption.outline
    second, changes = next_version(first)
    targets = (_written(first, home / "v1_0"), _written(second, home / "v1_1"))
    render_adoption(adoption, console)
    console.print(f"Adopted {first.name} as {FIRST}: {census(first.components)}.", soft_wrap=True)
    console.print(f"Derived {SECOND}: {'; '.join(changes)}.", soft_wrap=True)
    return targets


def in_framework_2(target: str, home: Path) -> str:
    """Declare the connector at *target* for framework 2.0, below *home*; return where to load it.

    It is the same declaration: a class that differs in its framework and in nothing else.
    """
    declared = load_connector(target)
    module = home / "framework_2" / f"v{declared.version.replace('.', '_')}.py"
    module.parent.mkdir(parents=True, exist_ok=True)
    module.write_text(_IN_FRAMEWORK_2.format(name=declared.__name__, target=target))
    return f"{module}:{declared.__name__}"


_IN_FRAMEWORK_2 = """\
from connector_kit.adoption import load_connector


class {name}(load_connector({target!r})):
    framework = 2
"""


def next_version(outline: Outline) -> tuple[Outline, tuple[str, ...]]:
    """Return a version to follow *outline*, and what is different in it: one thing of each kind."""
    components = {component.external_id: component for component in outline.components}
    named = (*(step.document for step in outline.steps.values()), *outline.scripted.values())
    kept = set().union(*map(references, named))
    changes = (_remove_one(components, kept), _change_one(components), _add_one(components))
    following = replace(
        outline,
        version=SECOND,
        components=dependency_order(list(components.values())),
        sections={flow: item for flow, item in outline.sections.items() if flow in components},
    )
    return following, changes


def _remove_one(components: Components, kept: set[str]) -> str:
    """Remove what nothing else needs: ideally a step with what it runs, or else what is idle.

    *kept* are what the integration itself names.
    """
    if len(components.keys() - kept) <= 1:
        return "nothing is removed, for there is only one component"
    users = _users(components)
    for flow, place, name in reversed(list(_steps(components))):
        rest = without(components[flow].document, [place])
        if users[name] == {flow} and name not in references(rest):
            components[flow] = replace(components[flow], document=rest)
            del components[name]
            return f"{name} is removed, and its step in {flow}"
    idle = [name for name in reversed(components) if not users[name] | ({name} & kept)]
    name = _easiest(idle, components, _REMOVED_LAST)
    del components[name]
    return f"{name} is removed"


def _change_one(components: Components) -> str:
    name = _easiest(components, components, _CHANGED_LAST)
    document = {**components[name].document, "description": f"Changed in {SECOND}."}
    components[name] = replace(components[name], document=document)
    return f"the description of {name} is changed"


def _add_one(components: Components) -> str:
    """Add a script, which any account accepts, and which nothing needs to call."""
    content = "function unchanged (options) {\n  return options.data\n}\n"
    name, number = "added_script", 1
    while name.casefold() in map(str.casefold, components):
        number += 1
        name = f"added_script_{number}"
    document = {"name": f"Added in {SECOND}", "content": content}
    components[name] = CompiledComponent(name, "scripts", document)
    return f"the script {name} is added"


def _users(components: Components) -> Mapping[str, set[str]]:
    """Return, for each component, what refers to it."""
    users: dict[str, set[str]] = defaultdict(set)
    for name, item in components.items():
        for used in references(item.document):
            users[used].add(name)
    return users


def _steps(components: Components) -> Iterator[tuple[str, Place, str]]:
    """Yield every step of a flow: the flow, the place in it, and the component that it runs."""
    for flow in components.values():
        for place, step in _objects(flow.document, ()):
            if place[-2:-1] == ("pageProcessors",):
                name = referred(step.get("_importId")) or referred(step.get("_exportId"))
                if name in components:
                    yield flow.external_id, place, str(name)


def _objects(value: Json, place: Place) -> Iterator[tuple[Place, Document]]:
    """Yield every object inside *value* with the keys and positions that lead to it."""
    if isinstance(value, dict):
        yield place, value
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, dict | list):
            yield from _objects(item, (*place, key))


def _easiest(names: Iterable[str], components: Components, last: Sequence[str]) -> str:
    """Return the first of *names* whose type comes first in *last*, or is not in it at all."""
    ranks = {resource: rank for rank, resource in enumerate(last, start=1)}
    return min(names, key=lambda name: ranks.get(components[name].resource, 0))


def _written(outline: Outline, folder: Path) -> str:
    write_package(outline, folder)
    pings = sorted(set(_pings(outline)))
    if not pings:
        return f"{folder}:{outline.class_name}"
    module = folder / "with_pings.py"
    functions = "".join(map(_ping, count(1), pings))
    module.write_text(_WITH_PINGS.format(name=outline.class_name) + functions)
    return f"{module}:{outline.class_name}"


_WITH_PINGS = """\
from connector_kit import wrapper

from . import {name} as Adopted


class {name}(Adopted):
"""
"""What an author would have to write: a wrapper connection is pinged by a function of the stack."""


def _pings(outline: Outline) -> Iterator[str]:
    """Yield what the wrapper connections are pinged by (protocol/resources.md#connection)."""
    for component in outline.components:
        details = component.document.get("wrapper")
        if component.resource == "connections" and isinstance(details, dict):
            name = details.get("pingFunction")
            if isinstance(name, str) and name.isidentifier():
                yield name


def _ping(number: int, name: str) -> str:
    return f"""
    @wrapper.ping(name={name!r})
    def ping_{number}(options):
        return {{"statusCode": 200}}
"""
