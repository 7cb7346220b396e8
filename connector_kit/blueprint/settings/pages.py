"""The settings page of a version: 1.0's settings document, 2.0's settings forms and values.

protocol/settings-forms.md#1-the-10-settings-document and #4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.resources import STACK
from connector_kit.blueprint.settings.declared import DeclaredSettings, Placed
from connector_kit.blueprint.settings.places import FlowSettings, General, Place, Section, Tab
from connector_kit.blueprint.settings.schema import CompiledSetting, Schema
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
    page = _Page(declared, fields)
    flows = {section["title"]: page.with_flow_settings(section["flows"]) for section in sections}
    listed: dict[str, Document] = {
        place.title: {**page.section(place), "flows": flows.pop(place.title, [])}
        for place in declared.places
        if isinstance(place, Section)
    }
    listed |= {title: {"title": title, "flows": item} for title, item in flows.items()}
    general = page.general()
    return {**({"general": general} if general else {}), "sections": list(listed.values())}


@dataclass(frozen=True)
class _Page:
    """Lays out fields of a 1.0 page."""

    declared: DeclaredSettings
    fields: Fields

    def general(self) -> Document:
        """Return the settings of the whole installation; nothing when there are none."""
        places = [place for place in self.declared.places if isinstance(place, General)]
        placed = [placed for place in places for placed in self.declared.at(place)]
        description = next((place.description for place in places if place.description), "")
        if not placed and not description:
            return {}
        described = {"description": description} if description else {}
        return {**described, "fields": [], **self._laid_out(placed, "fields")}

    def section(self, place: Section) -> Document:
        """Return a section, its flows apart."""
        shown = {"description": place.description, "iconURL": place.icon_url}
        return {
            "title": place.title,
            **{key: value for key, value in shown.items() if value},
            **({"columns": place.columns} if place.columns != 1 else {}),
            **self._laid_out(list(self.declared.at(place)), "fields"),
        }

    def with_flow_settings(self, flows: Iterable[Document]) -> list[Document]:
        """Return the entries of *flows*, each with its settings."""
        return [self._with_settings(entry) for entry in flows]

    def _with_settings(self, entry: Document) -> Document:
        name = referred(entry["_id"])
        for place in self.declared.places:
            if isinstance(place, FlowSettings) and place.flow == name:
                flags = {key: value for key, value in place.flags.items() if value}
                shown = {key: value for key, value in entry.items() if key not in place.flags}
                placed = list(self.declared.at(place))
                entry = {**shown, **flags, **self._laid_out(placed, "settings")}
        return entry

    def _laid_out(self, placed: list[Placed], key: str) -> Document:
        """Fields in one list under *key*, or in tabs when any of them is in one."""
        if not any(item.tab for item in placed):
            fields = [self.fields[item.setting.name] for item in placed]
            return {key: fields} if fields else {}
        tabs = [
            {
                "title": title,
                **({"collapsed": True} if tab and tab.collapsed else {}),
                "fields": [self.fields[placed.setting.name] for placed in inside],
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
    places = (place for place in declared.places if _is_of(place, flow))
    boxes = [box for place in places if (box := _box(place, list(declared.at(place))))]
    layout = {"type": "collapse", "containers": boxes} if len(boxes) > 1 else boxes[0]
    form = {"fieldMap": {setting.name: setting.field for setting in settings}, "layout": layout}
    document = {
        "settingsForm": {"form": form, "init": _on_stack(FORM_INIT)},
        "settings": nested(
            {setting.name: setting.default for setting in settings if _has_value(setting)}
        ),
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


def _has_value(setting: CompiledSetting) -> bool:
    return setting.field["type"] not in ("labeltitle", "labelvalue")


def _is_of(place: Place, flow: str | None) -> bool:
    return place.flow == flow if isinstance(place, FlowSettings) else flow is None


def _box(place: Place, placed: list[Placed]) -> Document:
    """The layout of one place (settings-forms.md#43-layout); {} when it is empty."""
    if not placed:
        return {}
    label = {"label": place.title or "General"}
    if not any(item.tab for item in placed):
        return {**label, "collapsed": False, **_grouped(placed)}
    tabs = [{"label": title, **_grouped(inside)} for _, title, inside in _tabs(placed)]
    return {**label, "collapsed": False, "type": "tab", "containers": tabs}


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
