"""The settings page of a version: 1.0's settings document, 2.0's settings forms and values.

protocol/settings-forms.md#1-the-10-settings-document and #4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.resources import STACK
from connector_kit.blueprint.settings.declared import DeclaredSettings, Placed, flow_of
from connector_kit.blueprint.settings.places import FlowSettings, General, Section, Tab
from connector_kit.blueprint.settings.schema import Schema
from connector_kit.documents import Document, Json, ref, referred
from connector_kit.forms import nested

Fields = Mapping[str, Document]
"""The fields of settings, with their values, by name."""

MAP_WIDGET = "staticMapWidget"
"""The type whose value is spread over keys of its own (settings-forms.md#16-field-types)."""

CONTENT, DELIMITER = "content", "rowDelimiter"
"""Keys of a file's text in its value: they are on record and not on the page."""

FORM_INIT, PRE_SAVE = "formInit", "preSave"
"""The functions of 2.0 that the kit derives (protocol/extension.md#6)."""


def with_value(field: Document, value: Json) -> Document:
    """Return a 1.0 *field* that holds *value*."""
    if field.get("type") == MAP_WIDGET and isinstance(value, dict):
        return {**field, **value}
    return {**field, "value": without_content(value)}


def without_content(value: Json) -> Json:
    """Return *value* as the page has it: of a file its name, and not its text."""
    if not isinstance(value, dict) or CONTENT not in value:
        return value
    return {key: item for key, item in value.items() if key not in (CONTENT, DELIMITER)}


def value_in(field: Document) -> Json:
    """Return the value that a 1.0 *field* holds."""
    if field.get("type") == MAP_WIDGET:
        return {key: field.get(key) for key in ("map", "default", "allowFailures")}
    return field.get("value")


def settings_document(
    declared: DeclaredSettings, schema: Schema, sections: Iterable[Document]
) -> Document:
    """Return the 1.0 settings document; *sections* list the flows under their titles.

    Sections of settings come first and in their order, each with the flows of the same title.
    """
    fields = {
        setting.name: with_value(setting.field, setting.default) for setting in schema.settings
    }
    by_title: dict[str, list[Document]] = {}
    for section in sections:
        by_title[section["title"]] = [
            _flow_entry(entry, declared, fields) for entry in section["flows"]
        ]
    listed: list[Document] = []
    for place in declared.places:
        if isinstance(place, Section):
            texts = {"description": place.description, "iconURL": place.icon_url}
            listed.append(
                {
                    "title": place.title,
                    **{key: value for key, value in texts.items() if value},
                    **({"columns": place.columns} if place.columns != 1 else {}),
                    **_laid_out([*declared.at(place)], fields, "fields"),
                    "flows": by_title.pop(place.title, []),
                }
            )
    listed += [{"title": title, "flows": flows} for title, flows in by_title.items()]

    places = [place for place in declared.places if isinstance(place, General)]
    placed = [placed for place in places for placed in declared.at(place)]
    description = next((place.description for place in places if place.description), "")
    if not placed and not description:
        return {"sections": listed}
    described = {"description": description} if description else {}
    general = {**described, "fields": [], **_laid_out(placed, fields, "fields")}
    return {"general": general, "sections": listed}


def _flow_entry(entry: Document, declared: DeclaredSettings, fields: Fields) -> Document:
    """Return the *entry* of a flow with its settings."""
    name = referred(entry["_id"])
    for place in declared.places:
        if isinstance(place, FlowSettings) and place.flow == name:
            flags = {key: value for key, value in place.flags.items() if value}
            others = {key: value for key, value in entry.items() if key not in place.flags}
            entry = {**others, **flags, **_laid_out([*declared.at(place)], fields, "settings")}
    return entry


def _laid_out(placed: list[Placed], fields: Fields, key: str) -> Document:
    """Fields in one list under *key*, or in tabs when any of them is in one."""
    if not any(item.tab for item in placed):
        flat = [fields[item.setting.name] for item in placed]
        return {key: flat} if flat else {}
    tabs = [
        {
            "title": title,
            **({"collapsed": True} if tab and tab.collapsed else {}),
            "fields": [fields[item.setting.name] for item in inside],
        }
        for tab, title, inside in _tabs(placed)
    ]
    return {"sections": tabs}


def _tabs(placed: list[Placed]) -> Iterator[tuple[Tab | None, str, list[Placed]]]:
    """Settings by tab, in order; those above the first tab get a tab of their own."""
    by_tab: dict[Tab | None, list[Placed]] = {}
    for item in placed:
        by_tab.setdefault(item.tab, []).append(item)
    for tab, inside in by_tab.items():
        yield tab, tab.title if tab else inside[0].place.title or "General", inside


def form_document(declared: DeclaredSettings, schema: Schema, flow: str | None) -> Document:
    """Return ``settingsForm`` and ``settings`` of the installation, or of a *flow*, of 2.0.

    {} without settings. The installation's are saved through `PRE_SAVE`.
    """
    settings = [setting for setting in schema.settings if setting.flow == flow]
    if not settings:
        return {}
    # The layout has a box for each place (settings-forms.md#43-layout).
    boxes: list[Document] = []
    for place in declared.places:
        placed = [*declared.at(place)]
        if not placed or flow_of(place) != flow:
            continue
        box: Document = {"label": place.title or "General", "collapsed": False}
        if any(item.tab for item in placed):
            tabs = [{"label": title, **_grouped(inside)} for _, title, inside in _tabs(placed)]
            boxes.append({**box, "type": "tab", "containers": tabs})
        else:
            boxes.append({**box, **_grouped(placed)})
    layout = {"type": "collapse", "containers": boxes} if len(boxes) > 1 else boxes[0]
    form = {"fieldMap": {setting.name: setting.field for setting in settings}, "layout": layout}
    values = {
        setting.name: setting.default
        for setting in settings
        if setting.field["type"] not in ("labeltitle", "labelvalue")
    }
    document = {
        "settingsForm": {"form": form, "init": _on_stack(FORM_INIT)},
        "settings": nested(values),
    }
    return document if flow else {**document, "preSave": _on_stack(PRE_SAVE)}


def with_forms(
    components: Iterable[CompiledComponent], declared: DeclaredSettings, schema: Schema
) -> Iterator[CompiledComponent]:
    """Yield *components*, the flows of 2.0 with the forms of their settings."""
    for component in components:
        form = (
            form_document(declared, schema, component.external_id) if schema.framework == 2 else {}
        )
        yield replace(component, document={**component.document, **form}) if form else component


def _on_stack(function: str) -> Document:
    return {"function": function, "_stackId": ref(STACK)}


def _grouped(placed: list[Placed]) -> Document:
    """Fields, and those with a heading of their own in boxes below."""
    groups: dict[str, list[str]] = {}
    for item in placed:
        groups.setdefault(item.setting.group, []).append(item.setting.name)
    boxes = [
        {"label": heading, "collapsed": False, "fields": names}
        for heading, names in groups.items()
        if heading
    ]
    fields: Document = {"fields": groups.get("", [])}
    return {**fields, **({"type": "collapse", "containers": boxes} if boxes else {})}
