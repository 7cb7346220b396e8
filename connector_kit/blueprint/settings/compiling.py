"""From declared settings to the schema of a version: fields as the platform's forms have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.secrets import leads_to_secret
from connector_kit.blueprint.settings.bindings import Binding, Way
from connector_kit.blueprint.settings.conditions import When, alternatives
from connector_kit.blueprint.settings.declared import DeclaredSettings, Placed, flow_of
from connector_kit.blueprint.settings.schema import CompiledSetting, Schema
from connector_kit.blueprint.settings.setting import Setting
from connector_kit.blueprint.settings.simple import Checkbox
from connector_kit.documents import Document, Json
from connector_kit.documents.redaction import is_secret_key

Write = Callable[[str, Any], Json]
"""Turns what an author wrote in the setting of that name, references included, into JSON."""

Report = Callable[[str, Finding], None]


def compile_settings(declared: DeclaredSettings, write: Write, report: Report) -> Schema:
    """Return *declared* as a schema; *write* makes JSON of what authors wrote.

    What cannot be compiled is reported and left out.
    """
    fields: dict[str, Document] = {}
    compiled: list[tuple[Placed, Json]] = []
    for placed in declared.placed:
        name = placed.setting.name
        try:
            fields[name] = write(name, _field(placed, declared.framework))
            compiled.append((placed, write(name, placed.setting.start())))
        except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
            message = f"It cannot be shown on the page: {error}."
            report(name, Finding("E103", message, "Correct its options, columns, or limits."))
    if declared.framework == 1:
        _add_dependencies(declared, fields)
    settings = (
        _compiled(placed, fields[placed.setting.name], default) for placed, default in compiled
    )
    return Schema(tuple(settings), declared.framework)


def bindings_of(setting: Setting) -> Iterator[Binding]:
    """Yield where the value of *setting* goes, as far as that can be read."""
    for target, way in _targets(setting.sets):
        component, dot, path = str(target).partition(".")
        if dot and path and (way is None or isinstance(way, Way)):
            yield Binding(component, path, way or setting.way())


def _targets(sets: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(sets, str):
        yield sets, None
    elif isinstance(sets, Mapping):
        yield from sets.items()
    elif isinstance(sets, list | tuple):
        yield from ((set_, None) for set_ in sets)


def _compiled(placed: Placed, field: Document, default: Json) -> CompiledSetting:
    setting = placed.setting
    return CompiledSetting(
        name=setting.name,
        field=field,
        default=default,
        sets=tuple(bindings_of(setting)),
        was=setting.was,
        edition=placed.edition,
        add_on=placed.add_on,
        flow=flow_of(placed.place),
        wants_refresh=tuple(setting.functions()),
        posts_back=setting.on_change is not None,
        is_checked=setting.validate is not None,
    )


def _field(placed: Placed, framework: int) -> Document:
    setting = placed.setting
    given: Document = {"placeholder": setting.placeholder, "validWhen": setting.checks()}
    given |= _one(setting) if framework == 1 else _two(setting)
    kept = {key: value for key, value in given.items() if value not in ("", False, {}, None)}
    if framework != 1 and setting.hidden:
        kept["visible"] = False
    name: Document = {"name": setting.name, "label": setting.label}
    kind = setting.one if framework == 1 else setting.two
    details = setting.details(framework) | _secrecy(setting)
    return {**name, "type": kind, **kept, **details, **setting.wire}


def secret_names(declared: DeclaredSettings) -> frozenset[str]:
    """Return the names of those settings that are secret, though their names do not say so."""
    return frozenset(
        name
        for name, setting in declared.settings.items()
        if _secrecy(setting).get("inputType") == "password"
    )


def _secrecy(setting: Setting) -> Document:
    """What makes the browser hide what is typed, and the kit mask what is saved.

    Empty when the name says enough.
    """
    by_name, said = is_secret_key(setting.name), setting.secret
    if not setting.may_be_secret or said is by_name:
        return {}
    if said is None:
        is_bound = any(leads_to_secret(binding.steps()) for binding in bindings_of(setting))
        return {"inputType": "password"} if is_bound and not by_name else {}
    return {"inputType": "password" if said else "text"}


def _one(setting: Setting) -> Document:
    """The keys of a field of a 1.0 page (settings-forms.md#15-field)."""
    return {
        "tooltip": setting.help,
        "required": setting.required,
        "hidden": setting.hidden,
        "disabled": setting.disabled,
        "title": setting.group,
        "autoPostBack": setting.on_change is not None,
        "omitWhenHidden": setting.omit_when_hidden,
        "missingValueMessage": setting.missing_message,
    }


def _two(setting: Setting) -> Document:
    """The keys of a field of form metadata (settings-forms.md#42-fieldmap)."""
    fixed = {"required": setting.required, "defaultDisabled": setting.disabled}
    rules = {
        f"{name}When": [condition.rule()]
        for name, condition in setting.conditions.items()
        if condition is not None
    }
    return {
        "id": setting.name,
        "helpText": setting.help,
        **fixed,
        **rules,
        "omitWhenHidden": setting.omit_when_hidden,
        "missingValueMessage": setting.missing_message,
        "defaultValue": setting.start(),
        "autoPostBack": setting.on_change is not None,
    }


_ENTRIES: Mapping[str, Document] = {
    "visible": {"hidden": False},
    "required": {"required": True},
    "disabled": {"disabled": True},
}


def _add_dependencies(declared: DeclaredSettings, fields: dict[str, Document]) -> None:
    """Say on controlling fields what they mean for others (settings-forms.md#17-dependencies)."""
    for setting in declared.settings.values():
        for name, condition in setting.conditions.items():
            among = alternatives(condition) if isinstance(condition, When) else None
            for controlling, values in (among or {}).items():
                if controlling in fields:
                    key_of = _keys(declared.settings.get(controlling))
                    for value in values:
                        _add(fields[controlling], key_of(value), setting.name, _ENTRIES[name])


def _keys(controlling: Setting | None) -> Callable[[Json], str]:
    if isinstance(controlling, Checkbox):
        return lambda value: "enabled" if value else "disabled"
    return lambda value: str(value).lower() if isinstance(value, bool) else str(value)


def _add(controlling: Document, key: str, name: str, entry: Document) -> None:
    dependencies = controlling.setdefault("dependencies", {})
    named = dependencies.setdefault(key, {"fields": []})["fields"]
    known = next((document for document in named if document["name"] == name), None)
    if known is None:
        named.append({"name": name, **entry})
    else:
        known.update(entry)
