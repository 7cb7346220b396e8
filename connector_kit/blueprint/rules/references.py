"""Rules for how components refer to each other: by the objects themselves, where they belong."""

import re
from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.fields import SERVER_FIELDS
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.resources import (
    AUTHORS_OWN,
    CONTEXTS,
    ResourceType,
    names_reference,
    referred_type,
    resource_type,
)
from connector_kit.blueprint.rules.reading import Components
from connector_kit.blueprint.schemas import field_at
from connector_kit.documents import LITERAL, REF, Json, referred
from connector_kit.documents.ids import is_id
from connector_kit.documents.walking import Path, dotted, field_of, leaves, members

_INDEX = re.compile(r"\[\d+\]")

_RULES = frozenset({"filter", "inputFilter", "responseTransform", "transform"})
"""Fields with an object of rules, or one that names a function of a script."""

_ENTRIES = frozenset({"apis", "branches", "tools"})
"""Lists of objects that refer to components, or have steps that do."""

_HOLDERS = _RULES | _ENTRIES | {"script"}


def reference_findings(component: CompiledComponent, components: Components) -> Iterator[Finding]:
    """Yield references that lead nowhere, or are none (protocol/http-api.md section 3, ids)."""
    for path, key, value in members(component.document):
        place = tuple(_INDEX.sub("", path).split("."))
        if not key.startswith("_") or not names_reference(place):
            continue
        target = referred_type(place)
        if value is not None and isinstance(value, list) != key.endswith("Ids"):
            wanted = "a list of references" if key.endswith("Ids") else "one reference"
            yield Finding("E014", f"{path} takes {wanted}.", _BRACKETS[key.endswith("Ids")])
        for item in value if isinstance(value, list) else [value]:
            if (name := referred(item)) is not None:
                yield from _of_another_type(path, name, target, components)
            elif isinstance(item, str) and is_id(item):
                if _is_own(target) if target else key not in SERVER_FIELDS:
                    message = f"{path} contains the id {item}, which exists in only one account."
                    hint = "Declare the component with this id and refer to it."
                    yield Finding("W020", message, hint)
            elif isinstance(item, str) or (item is not None and target):
                yield _no_reference(path, item, target, components)


_BRACKETS = {True: "Put it in brackets: [...].", False: "Pass the object without brackets."}


def _of_another_type(
    path: str, name: str, target: ResourceType | None, components: Components
) -> Iterator[Finding]:
    fitting = sorted({target.path, target.context} - {""}) if target else []
    if not fitting or (name not in components and name not in CONTEXTS):
        return
    kind = components[name].resource if name in components else name
    if kind not in fitting:
        found = f"one of the {kind}" if name in components else "no component"
        message = f"{path} refers to {name!r}, which is {found}."
        yield Finding("E013", message, f"It must refer to one of the {' or '.join(fitting)}.")


def _is_own(target: ResourceType) -> bool:
    """Whether every account has its own: no id is the same in all of them."""
    return not target.is_shared


def _is_name(item: Json, components: Components) -> bool:
    return isinstance(item, str) and item in components


def _no_reference(
    path: str, item: Json, target: ResourceType | None, components: Components
) -> Finding:
    if _is_name(item, components):
        message = f"{path} contains the text {item!r} instead of a reference."
        hint = f'Write {item} without quotes, or Ref("{item}") if it is declared later.'
        return Finding("E014", message, hint)
    if target is None or not _is_own(target):
        hint = "Use an id, with 24 hexadecimal digits, or a reference."
        return Finding("E014", f"{path} is {item!r}, which is no id.", hint)
    message = f"{path} is {item!r}, which is no component of the connector."
    hint = f"{did_you_mean(str(item), components)}Pass the object, not its name."
    return Finding("E014", message, hint)


def misplaced_findings(component: CompiledComponent, components: Components) -> Iterator[Finding]:
    """Yield components, and names of some, where the platform takes an object."""
    for path, value in leaves(component.document):
        if LITERAL in path or AUTHORS_OWN.intersection(path) or not isinstance(value, str):
            continue
        is_reference = len(path) > 1 and path[-1] == REF  # a document itself is none
        place = path[:-1] if is_reference else path
        if names_reference(place) or not _takes_object(component.resource, place):
            continue
        if is_reference and value in components:
            message = f"{dotted(place)} is the component {value!r}, but takes an object."
            yield Finding("E015", message, _held(place, components[value]))
        elif not is_reference and ("hooks" in place[-2:] or field_of(place) in _HOLDERS):
            message = f"{dotted(place)} is {value!r}, but takes an object."
            yield Finding("E015", message, _instead(place, value, components))


def _takes_object(resource: str, place: Path) -> bool:
    kinds = field_at(resource, place).get("type", [])
    return bool(kinds) and "string" not in kinds


def _held(place: Path, component: CompiledComponent) -> str:
    name = component.external_id
    if component.resource == "scripts":
        return _function_of_a_script(place, f'{name}.function("...")')
    field, *_ = resource_type(component.resource).ids or ("_id",)
    return f'Pass an object that refers to it: {{"{field}": {name}, ...}}.'


def _instead(place: Path, text: str, components: Components) -> str:
    if field_of(place) in _ENTRIES:
        return f"{did_you_mean(text, components)}Pass objects that refer to components."
    scripts = [
        name
        for name, item in components.items()
        if item.resource == "scripts" and text in str(item.document.get("content"))
    ]
    script = scripts[0] if scripts else "script"
    return _function_of_a_script(place, f'{script}.function("{text}")')


def _function_of_a_script(place: Path, function: str) -> str:
    if place[-1] == "hooks":
        return f'Pass functions by the points that call them: {{"preSavePage": {function}}}.'
    if field_of(place) in _RULES:
        function = f'{{"type": "script", "script": {function}}}'
    return f"Pass the function itself: {function}."
