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
            fields[name] = write(name, _field(placed.setting, declared.framework))
            compiled.append((placed, write(name, placed.setting.start())))
        except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
            message = f"It cannot be shown on the page: {error}."
            report(name, Finding("E103", message, "Correct its options, columns, or limits."))
    if declared.framework == 1:
        _add_dependencies(declared, fields)
    settings = []
    for placed, default in compiled:
        setting = placed.setting
        settings.append(
            CompiledSetting(
                name=setting.name,
                field=fields[setting.name],
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
        )
    return Schema(tuple(settings), declared.framework)


def bindings_of(setting: Setting) -> Iterator[Binding]:
    """Yield where the value of *setting* goes, as far as that can be read."""
    sets: Any = setting.sets
    targets: list[tuple[Any, Any]] = []
    if isinstance(sets, str):
        targets = [(sets, None)]
    elif isinstance(sets, Mapping):
        targets = [*sets.items()]
    elif isinstance(sets, list | tuple):
        targets = [(target, None) for target in sets]
    for target, way in targets:
        component, dot, path = str(target).partition(".")
        if dot and path and (way is None or isinstance(way, Way)):
            yield Binding(component, path, way or setting.way())


def _field(setting: Setting, framework: int) -> Document:
    """Return the field of a 1.0 page, or of form metadata (settings-forms.md#15-field, #42)."""
    kind = setting.one if framework == 1 else setting.two
    keys: Document = {
        "placeholder": setting.placeholder,
        "validWhen": setting.checks(),
        "required": setting.required,
        "autoPostBack": setting.on_change is not None,
        "omitWhenHidden": setting.omit_when_hidden,
        "missingValueMessage": setting.missing_message,
    }
    if framework == 1:
        keys["tooltip"] = setting.help
        keys["title"] = setting.group
        keys["hidden"] = setting.hidden
        keys["disabled"] = setting.disabled
    else:
        keys["id"] = setting.name
        keys["helpText"] = setting.help
        keys["defaultDisabled"] = setting.disabled
        keys["defaultValue"] = setting.start()
        for name, condition in setting.conditions.items():
            if condition is not None:
                keys[f"{name}When"] = [condition.rule()]
    kept = {key: value for key, value in keys.items() if value not in ("", False, {}, None)}
    if framework != 1 and setting.hidden:
        kept["visible"] = False
    return {
        "name": setting.name,
        "label": setting.label,
        "type": kind,
        **kept,
        **setting.details(framework),
        **_secrecy(setting),
        **setting.wire,
    }


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
    by_name, declared = is_secret_key(setting.name), setting.secret
    if not setting.may_be_secret or declared is by_name:
        return {}
    if declared is None:
        is_bound = any(leads_to_secret(binding.steps()) for binding in bindings_of(setting))
        return {"inputType": "password"} if is_bound and not by_name else {}
    return {"inputType": "password" if declared else "text"}


_ENTRIES: Mapping[str, Document] = {
    "visible": {"hidden": False},
    "required": {"required": True},
    "disabled": {"disabled": True},
}


def _add_dependencies(declared: DeclaredSettings, fields: dict[str, Document]) -> None:
    """Say on controlling fields what they mean for others (settings-forms.md#17-dependencies)."""
    meanings = [
        (controlling, value, setting.name, _ENTRIES[property_])
        for setting in declared.settings.values()
        for property_, condition in setting.conditions.items()
        if isinstance(condition, When)
        for controlling, values in (alternatives(condition) or {}).items()
        if controlling in fields
        for value in values
    ]
    for controlling, value, name, meaning in meanings:
        if isinstance(declared.settings.get(controlling), Checkbox):
            key = "enabled" if value else "disabled"
        else:
            key = str(value).lower() if isinstance(value, bool) else str(value)
        dependencies = fields[controlling].setdefault("dependencies", {})
        dependents = dependencies.setdefault(key, {"fields": []})["fields"]
        known = next((entry for entry in dependents if entry["name"] == name), None)
        if known is None:
            dependents.append({"name": name, **meaning})
        else:
            known.update(meaning)
