"""Rules for components of every resource type."""

import re
from collections.abc import Iterator
from typing import Any

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.fields import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.blueprint.problems import did_you_mean
from connector_kit.blueprint.resources import (
    CONTEXTS,
    DECLARED,
    names_reference,
    referred_type,
    resource_type,
)
from connector_kit.blueprint.rules.rule import Check, Components, Rule, Words
from connector_kit.blueprint.secrets import literal_secrets
from connector_kit.blueprint.spelling import known_fields, wire_name
from connector_kit.documents import MASK, referred
from connector_kit.documents.walking import members, objects

_RAW_ID = re.compile(r"[0-9a-f]{24}")
_PATH = re.compile(r"[^\s.]+(\.[^\s.]+)*")


def _server_fields(component: CompiledComponent, _: Components) -> Iterator[Words]:
    for name in sorted(component.document.keys() & SERVER_FIELDS):
        yield f"{name!r} is set by the server.", "Remove it."


def _envelope_fields(component: CompiledComponent, _: Components) -> Iterator[Words]:
    for name in sorted(component.document.keys() & ENVELOPE_FIELDS):
        yield (
            f"{name!r} is written by the kit.",
            "Remove it: the attribute name is the external id, the rest is per account.",
        )


def _masked(component: CompiledComponent, _: Components) -> Iterator[Words]:
    for path, _key, value in members(component.document):
        if value == MASK:
            yield (
                f"{path} contains the mask {MASK!r} that the platform shows instead of a secret.",
                "Secrets cannot be declared. Remove it; the customer enters it.",
            )


def _literal_secrets(component: CompiledComponent, _: Components) -> Iterator[Words]:
    for path in literal_secrets(component.resource, component.document):
        yield f"{path} contains a secret, which would be published to every customer.", _LEAVE_IT


LITERAL_SECRET = "E028"  # noqa: S105  the number of a rule
"""The rule that an adopted document may break until its author has looked at it."""

_LEAVE_IT = (
    "Remove it so that the customer enters it, refer to the entered value with handlebars, or "
    "bind it to a setting with secret=True."
)


def _unnamed(component: CompiledComponent, _: Components) -> Iterator[Words]:
    name = component.document.get("name")
    named = isinstance(name, str) and name.strip()
    if not named and component.resource in DECLARED:
        yield "The component has no name.", "Add a display name as the first argument."


def _owned_paths(component: CompiledComponent, _: Components) -> Iterator[Words]:
    known = {*known_fields(component.resource).values(), *component.document}
    for path in component.customer_owns:
        if not isinstance(path, str) or not _PATH.fullmatch(path):
            yield f"customer_owns has {path!r}.", "Use dotted paths, such as 'delta.lagOffset'."
        elif path.split(".")[0] not in known and known_fields(component.resource):
            yield (
                f"customer_owns names {path!r}, which is not a field of {component.resource}.",
                _owned_hint(component.resource, path.split(".")[0], known),
            )


def _owned_hint(resource: str, field: str, known: set[str]) -> str:
    spelled = wire_name(resource, field)
    suggestion = f"Did you mean {spelled!r}? " if spelled else did_you_mean(field, known)
    return f"{suggestion}Use the platform's spelling for paths."


def _misdirected(component: CompiledComponent, components: Components) -> Iterator[Words]:
    for path, key, value in members(component.document):
        wanted = referred_type(key)
        fitting = sorted({wanted.path, wanted.context} - {""}) if wanted else []
        for name in filter(None, map(referred, _listed(value))):
            kind = components[name].resource if name in components else name
            if fitting and kind not in fitting and (name in components or name in CONTEXTS):
                yield (
                    f"{path} refers to {name!r}, which is {_called(name, components)}.",
                    f"It must refer to one of the {' or '.join(fitting)}.",
                )


def _called(name: str, components: Components) -> str:
    return f"one of the {components[name].resource}" if name in components else "no component"


def _quoted(component: CompiledComponent, components: Components) -> Iterator[Words]:
    for path, key, value in members(component.document):
        if names_reference(key):
            for name in _listed(value):
                if isinstance(name, str) and name in components:
                    yield (
                        f"{path} contains the text {name!r} instead of a reference.",
                        f"Write {name} without quotes, or Ref({name}) if it is declared later.",
                    )


def _raw_ids(component: CompiledComponent, _: Components) -> Iterator[Words]:
    for path, key, value in members(component.document):
        wanted = referred_type(key)
        if not names_reference(key) or (wanted and wanted.is_shared) or key in SERVER_FIELDS:
            continue
        for identity in _listed(value):
            if isinstance(identity, str) and _RAW_ID.fullmatch(identity):
                yield (
                    f"{path} contains the id {identity}, which exists in only one account.",
                    "Declare the component with this id and refer to it.",
                )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _limits(field: str) -> Check:
    def too_long(component: CompiledComponent, _: Components) -> Iterator[Words]:
        limit = resource_type(component.resource).limits.get(field)
        length = len(str(component.document.get(field, "")))
        if limit is not None and length > limit:
            yield f"The {field} has {length} characters.", f"The platform allows {limit}."

    return too_long


def _absent_functions(component: CompiledComponent, components: Components) -> Iterator[Words]:
    for path, object_ in objects(component.document):
        name, script = object_.get("function"), referred(object_.get("_scriptId")) or ""
        content = components[script].document.get("content") if script in components else None
        if isinstance(name, str) and isinstance(content, str) and name not in content:
            yield (
                f"{path or 'It'} names the function {name!r}, which {script!r} does not define.",
                "Add the function to the script, or correct its name.",
            )


def _misspelled(component: CompiledComponent, _: Components) -> Iterator[Words]:
    if component.resource in DECLARED:
        return
    if suggestion := did_you_mean(component.resource, DECLARED):
        yield (
            f"The resource type {component.resource!r} is unknown.",
            f"{suggestion}Use the word from the address, such as exports in /v1/exports.",
        )


EVERY = (
    Rule("E023", "resources.md, fields most documents share", _server_fields),
    Rule("E024", "resources.md, fields most documents share", _envelope_fields),
    Rule("E025", "http-api.md section 3, README.md U35", _masked),
    Rule(LITERAL_SECRET, "schemas-2026.json, x-secret", _literal_secrets),
    Rule("E026", "resources.md, fields most documents share", _unnamed),
    Rule("E027", "the platform's spelling: resources.md", _owned_paths),
    Rule("E013", "http-api.md section 2, invalid_ref", _misdirected),
    Rule("E014", "http-api.md section 3, ids", _quoted),
    Rule("W020", "http-api.md section 3, ids", _raw_ids),
    Rule("W021", "resources.md, fields most documents share", _limits("name")),
    Rule("W022", "resources.md#script", _limits("description")),
    Rule("W023", "extension.md section 6, where a function is named", _absent_functions),
    Rule("W040", "http-api.md", _misspelled),
)
