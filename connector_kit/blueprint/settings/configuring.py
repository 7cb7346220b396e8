"""One version as a customer has configured it: values on its page, and in what they control.

Pure, and part of tailoring: the result is planned, recorded and compared like anything that is
declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector_kit.blueprint.compiled import Blueprint, CompiledComponent
from connector_kit.blueprint.settings.pages import with_value
from connector_kit.blueprint.settings.schema import CompiledSetting, Schema
from connector_kit.blueprint.settings.values import (
    Granted,
    Stored,
    effective,
    of_store,
    written_values,
)
from connector_kit.documents import Document, Json, renamed
from connector_kit.forms import nested

StoreName = Callable[[str, str], str]
"""Returns what a name is called for a store."""


@dataclass(frozen=True)
class StoreSettings:
    """The settings that one store has, or an installation without stores, with their values."""

    store: str | None
    settings: Mapping[str, CompiledSetting]
    values: Mapping[str, Json]
    name: StoreName

    def wire_name(self, name: str) -> str:
        """Return what the setting *name* is called on the page: no two stores share a name."""
        return name if self.store is None else self.name(name, self.store)

    def by_wire_name(self) -> dict[str, CompiledSetting]:
        """Return the settings by what they are called on the page."""
        return {self.wire_name(name): item for name, item in self.settings.items()}


def store_settings(
    schema: Schema,
    settings: Stored,
    stores: tuple[str, ...] | None,
    granted: Granted,
    name: StoreName,
) -> list[StoreSettings]:
    """Return what each of *stores* has; *stores* are None in an installation without."""
    return [
        StoreSettings(
            store=store,
            settings={
                setting.name: setting for setting in schema.settings if granted(setting, store)
            },
            values=effective(schema, of_store(settings, store)),
            name=name,
        )
        for store in ((None,) if stores is None else stores)
    ]


def configured(blueprint: Blueprint, sets: list[StoreSettings]) -> Blueprint:
    """Return *blueprint*, which has what the installation is entitled to, with *sets* in it.

    Settings that a store does not have are not on its page and control nothing.
    """
    if not blueprint.schema:
        return blueprint
    components = {component.external_id: component for component in blueprint.components}
    for set_ in sets:
        _steer(components, blueprint.schema, set_)
    page = blueprint.integration
    if blueprint.schema.framework == 1:
        document = _PageOne(blueprint, sets).document()
        page = replace(page, document={**page.document, "settings": document})
    else:
        page = _with_form(page, None, sets[0])
        flows = {setting.flow for setting in blueprint.schema.settings} & components.keys()
        for flow in sorted(filter(None, flows)):
            components[flow] = _with_form(components[flow], flow, sets[0])
    return replace(blueprint, components=tuple(components.values()), integration=page)


def _steer(components: dict[str, CompiledComponent], schema: Schema, own: StoreSettings) -> None:
    """Write the values of a store into *components*."""
    written = written_values(schema, own.values)
    for name, setting in own.settings.items():
        for binding in setting.sets if name in written else ():
            target = _target(binding.component, components, own)
            if target is not None:
                component = components[target]
                own_binding = binding.renamed(_renaming(components, own))
                document = own_binding.written(component.document, written[name])
                components[target] = replace(component, document=document)


def _renaming(components: Mapping[str, Any], own: StoreSettings) -> Callable[[str], str]:
    """What a component is called where documents of the store refer to it."""

    def name(component: str) -> str:
        return _target(component, components, own) or component

    return name


def _target(component: str, there: Mapping[str, Any], own: StoreSettings) -> str | None:
    """The store's own component, or the one that all share; None when there is neither."""
    names = (own.wire_name(component), component)
    return next((name for name in names if name in there), None)


@dataclass(frozen=True)
class _PageOne:
    """The settings document of 1.0, with what each store has and has set."""

    blueprint: Blueprint
    sets: list[StoreSettings]

    def document(self) -> Document:
        """Return the settings document."""
        page: Document = self.blueprint.integration.document["settings"]
        filled = {**page, "sections": self._all_sections(page)}
        general = self._general(page.get("general"))
        return _with("general", general, filled)

    def _all_sections(self, page: Document) -> list[Document]:
        if self.blueprint.stores is None:
            return self._sections(page["sections"], self.sets[0])
        by_store = {set_.store: set_ for set_ in self.sets}
        return [
            {**store, "sections": self._sections(store["sections"], by_store[store["id"]])}
            for store in page["sections"]
        ]

    def _general(self, general: Any) -> Json:
        if isinstance(general, dict):
            return _filled(general, self.sets[0])
        if isinstance(general, list):
            by_store = {set_.store: set_ for set_ in self.sets}
            return [self._general_of(document, by_store[document["id"]]) for document in general]
        return None

    def _general_of(self, entry: Document, own: StoreSettings) -> Document:
        """What it refers to are the store's own components."""
        ending = own.wire_name("")
        names = (component.external_id for component in self.blueprint.components)
        mine = {name.removesuffix(ending): name for name in names if name.endswith(ending)}
        return _filled(renamed(entry, mine), own)

    def _sections(self, sections: list[Document], own: StoreSettings) -> list[Document]:
        """A section that loses all its settings and has no flows is not shown."""
        shown = []
        for section in sections:
            flows = [_filled(flow, own, key="settings") for flow in section["flows"]]
            filled = {**_filled(section, own), "flows": flows}
            if flows or _has_fields(filled) or not _has_fields(section):
                shown.append(filled)
        return shown or [{"title": self.blueprint.name, "flows": []}]


def _filled(place: Document, own: StoreSettings, *, key: str = "fields") -> Document:
    """Return a *place* of fields, or of tabs, with the values of those that the store has."""
    filled = place
    if isinstance(place.get(key), list):
        fields = list(_fields(place[key], own))
        keeps_empty = "description" in place and key == "fields"
        filled = {**filled, key: fields} if fields or keeps_empty else _without(filled, key)
    if isinstance(place.get("sections"), list):
        tabs = [{**tab, "fields": list(_fields(tab["fields"], own))} for tab in place["sections"]]
        kept = [tab for tab in tabs if tab["fields"]]
        filled = {**filled, "sections": kept} if kept else _without(filled, "sections")
    return filled


def _fields(fields: list[Document], own: StoreSettings) -> Iterator[Document]:
    for field in fields:
        name = field["name"]
        if name in own.settings:
            named = {**field, "name": own.wire_name(name)}
            if "dependencies" in field:
                named["dependencies"] = _dependencies(field["dependencies"], own)
            yield with_value(named, own.values[name])


def _dependencies(dependencies: Document, own: StoreSettings) -> Document:
    return {
        key: {
            "fields": [
                {**field, "name": own.wire_name(field["name"])}
                for field in entry["fields"]
                if field["name"] in own.settings
            ]
        }
        for key, entry in dependencies.items()
    }


def _has_fields(place: Document) -> bool:
    return bool(place.get("fields") or place.get("sections"))


def _with_form(
    component: CompiledComponent, flow: str | None, own: StoreSettings
) -> CompiledComponent:
    """Return a document of 2.0 with its form and its values (settings-forms.md#41)."""
    shown = {name: item for name, item in own.settings.items() if item.flow == flow}
    form = component.document.get("settingsForm")
    if not isinstance(form, dict):
        return component
    metadata = {
        "fieldMap": {name: item.field for name, item in shown.items()},
        "layout": _layout(form["form"]["layout"], shown),
    }
    values = {
        name: own.values[name]
        for name, item in shown.items()
        if item.field["type"] not in ("labeltitle", "labelvalue")
    }
    document = {
        **component.document,
        "settingsForm": {**form, "form": metadata},
        "settings": nested(values),
    }
    return replace(component, document=document)


def _layout(layout: Document, shown: Mapping[str, CompiledSetting]) -> Document:
    """Return *layout* without the fields that are not *shown*, and without empty containers."""
    kept = dict(layout)
    if "fields" in layout:
        kept["fields"] = [name for name in layout["fields"] if name in shown]
    if "containers" in layout:
        inside = [_layout(container, shown) for container in layout["containers"]]
        kept["containers"] = [
            document for document in inside if document.get("fields") or document.get("containers")
        ]
    return kept


def _with(key: str, value: Json, document: Document) -> Document:
    return {**document, key: value} if value else _without(document, key)


def _without(document: Document, key: str) -> Document:
    return {name: item for name, item in document.items() if name != key}
