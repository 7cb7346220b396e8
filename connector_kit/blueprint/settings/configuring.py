"""One version as a customer has configured it: values on its page, and in what they control.

Pure, and part of tailoring: the result is planned, recorded and compared like anything that is
declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

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
    for own in sets:
        _steer(components, blueprint.schema, own)
    page = blueprint.integration
    if blueprint.schema.framework == 1:
        document = _filled_page(blueprint, sets)
        page = replace(page, document={**page.document, "settings": document})
    else:
        page = _with_form(page, None, sets[0])
        flows = {setting.flow for setting in blueprint.schema.settings} & components.keys()
        for flow in sorted(filter(None, flows)):
            components[flow] = _with_form(components[flow], flow, sets[0])
    return replace(blueprint, components=tuple(components.values()), integration=page)


def _steer(components: dict[str, CompiledComponent], schema: Schema, own: StoreSettings) -> None:
    """Write the values of a store into *components*."""

    def name_in_store(name: str) -> str:
        """The store's own component, else the one that all share."""
        own_name = own.wire_name(name)
        return own_name if own_name in components else name

    written = written_values(schema, own.values)
    for name, setting in own.settings.items():
        for binding in setting.sets if name in written else ():
            target = name_in_store(binding.component)
            if target in components:
                component = components[target]
                own_binding = binding.renamed(name_in_store)
                document = own_binding.written(component.document, written[name])
                components[target] = replace(component, document=document)


def _filled_page(blueprint: Blueprint, sets: list[StoreSettings]) -> Document:
    """Return the settings document of 1.0, with what each store has and has set."""
    page: Document = blueprint.integration.document["settings"]
    by_store = {own.store: own for own in sets}
    if blueprint.stores is None:
        sections = _sections(page["sections"], sets[0], blueprint.name)
    else:
        sections = []
        for store in page["sections"]:
            own_sections = _sections(store["sections"], by_store[store["id"]], blueprint.name)
            sections.append({**store, "sections": own_sections})

    general: Json = page.get("general")
    if isinstance(general, dict):
        general = _filled(general, sets[0])
    elif isinstance(general, list):
        filled = []
        for entry in general:
            # What the entry of a store refers to are the store's own components.
            own = by_store[entry["id"]]
            ending = own.wire_name("")
            names = [component.external_id for component in blueprint.components]
            mine = {name.removesuffix(ending): name for name in names if name.endswith(ending)}
            filled.append(_filled(renamed(entry, mine), own))
        general = filled
    document = {**page, "sections": sections, "general": general}
    return document if general else _without(document, "general")


def _sections(sections: list[Document], own: StoreSettings, name: str) -> list[Document]:
    """A section that loses all its settings and has no flows is not shown."""
    kept = []
    for section in sections:
        flows = [_filled(flow, own, key="settings") for flow in section["flows"]]
        filled = {**_filled(section, own), "flows": flows}
        if flows or _has_fields(filled) or not _has_fields(section):
            kept.append(filled)
    return kept or [{"title": name, "flows": []}]


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
            own_field = {**field, "name": own.wire_name(name)}
            if "dependencies" in field:
                own_field["dependencies"] = {
                    key: {
                        "fields": [
                            {**dependent, "name": own.wire_name(dependent["name"])}
                            for dependent in entry["fields"]
                            if dependent["name"] in own.settings
                        ]
                    }
                    for key, entry in field["dependencies"].items()
                }
            yield with_value(own_field, own.values[name])


def _has_fields(place: Document) -> bool:
    return bool(place.get("fields") or place.get("sections"))


def _with_form(
    component: CompiledComponent, flow: str | None, own: StoreSettings
) -> CompiledComponent:
    """Return a document of 2.0 with its form and its values (settings-forms.md#41)."""
    in_form = {name: item for name, item in own.settings.items() if item.flow == flow}
    form = component.document.get("settingsForm")
    if not isinstance(form, dict) or "form" not in form:  # a script makes all of it
        return component
    metadata = {
        "fieldMap": {name: item.field for name, item in in_form.items()},
        "layout": _layout(form["form"]["layout"], in_form),
    }
    values = {
        name: own.values[name]
        for name, item in in_form.items()
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


def _without(document: Document, key: str) -> Document:
    return {name: item for name, item in document.items() if name != key}
