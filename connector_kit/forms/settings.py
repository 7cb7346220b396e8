"""Read the settings document of a 1.0 installation (settings-forms.md#1), whatever wrote it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from connector_kit.documents import Document, Json, referred
from connector_kit.forms.columns import columns_of, rows_of
from connector_kit.forms.field_types import CHECKBOX, STATIC_MAP
from connector_kit.forms.fields import Field
from connector_kit.forms.form import Box, Form
from connector_kit.forms.metadata import field_type, read_form, rules_of
from connector_kit.forms.pages import (
    FlowEntry,
    General,
    Section,
    SettingsPages,
    StorePage,
    Tab,
)
from connector_kit.forms.reading import (
    Notes,
    flag,
    objects,
    read_options,
    sort_of,
    words,
)
from connector_kit.forms.rules import Condition, Ruling


def read_settings_document(document: Json) -> SettingsPages:
    """Return the pages that a 1.0 settings *document* describes; never raises.

    It may be symbolic or as an account holds it.
    """
    notes = Notes()
    if not isinstance(document, dict):
        if document is not None:
            notes.add("settings", f"They must be an object, not {sort_of(document)}.")
        document = {}
    is_multi_store = flag(document.get("supportsMultiStore"))
    if is_multi_store:
        stores = _stores(document, notes)
    else:
        general = document.get("general")
        if isinstance(general, list):
            entries = objects(general, "general", notes)
            titled = (entry for entry in entries if words(entry.get("title")) == "General")
            general = next(titled, entries[0] if len(entries) == 1 else None)
        only = StorePage(
            id="",
            general=_general(general, "general", notes),
            sections=_sections(document.get("sections"), "sections", notes),
        )
        stores = [only]
    return SettingsPages(
        stores=tuple(stores),
        is_multi_store=is_multi_store,
        store_label=words(document.get("storeLabel")),
        edition=words(document.get("connectorEdition")),
        oddities=tuple(notes),
        raw=document,
    )


def read_settings_forms(integration: Document, flows: Mapping[str, Document]) -> SettingsPages:
    """Return the settings of framework 2.0 as pages; never raises.

    One section holds the form of the *integration*, and lists *flows*, by name, with theirs.
    """
    form = _settings_form(integration)
    entries = tuple(
        FlowEntry(name, _settings_form(flow), shows_mapping=True, shows_schedule=True)
        for name, flow in flows.items()
    )
    section = Section("Settings", tabs=(Tab("", form),) if form else (), flows=entries)
    oddities = (*form.oddities, *(oddity for entry in entries for oddity in entry.form.oddities))
    settings = integration.get("settings")
    return SettingsPages(
        stores=(StorePage(id="", sections=(section,)),),
        edition=words(settings.get("connectorEdition")) if isinstance(settings, dict) else "",
        oddities=oddities,
        raw=settings if isinstance(settings, dict) else {},
    )


def _settings_form(document: Document) -> Form:
    """The form in ``settingsForm``, with the document's own values; empty without one."""
    settings = document.get("settings")
    values = settings if isinstance(settings, dict) else {}
    return read_form(document["settingsForm"], values) if "settingsForm" in document else Form()


def _stores(document: Document, notes: Notes) -> list[StorePage]:
    listed = objects(document.get("general"), "general", notes)
    general = {words(document.get("id")): document for document in listed}
    stores = []
    for n, section in enumerate(objects(document.get("sections"), "sections", notes)):
        identity = words(section.get("id"))
        if not identity:
            notes.add(f"sections[{n}]", "The store has no id, so it cannot be saved.")
        store = StorePage(
            id=identity,
            title=words(section.get("title")) or identity,
            mode=words(section.get("mode")) or "settings",
            is_hidden=flag(section.get("hidden")),
            general=_general(general.get(identity), "general", notes),
            sections=_sections(section.get("sections"), f"sections[{n}].sections", notes),
        )
        stores.append(store)
    return stores


def _general(raw: Json, place: str, notes: Notes) -> General:
    if not isinstance(raw, dict):
        if raw is not None:
            notes.add(place, f"It must be an object, not {sort_of(raw)}.")
        return General()
    return General(
        tabs=_tabs(raw, place, notes),
        description=words(raw.get("description")),
        title=words(raw.get("title")),
    )


def _sections(listed: Json, place: str, notes: Notes) -> tuple[Section, ...]:
    sections = []
    for n, raw in enumerate(objects(listed, place, notes)):
        here = f"{place}[{n}]"
        if not isinstance(raw.get("flows"), list):
            notes.add(here, "The section has no list of flows.")
        columns = raw.get("columns")
        section = Section(
            title=words(raw.get("title")),
            description=words(raw.get("description")),
            icon_url=words(raw.get("iconURL")),
            columns=columns if isinstance(columns, int) and columns > 0 else 1,
            tabs=_tabs(raw, here, notes),
            flows=tuple(
                _flow(flow, f"{here}.flows[{n}]", notes)
                for n, flow in enumerate(objects(raw.get("flows"), f"{here}.flows", notes))
            ),
        )
        sections.append(section)
    return tuple(sections)


def _tabs(raw: Document, place: str, notes: Notes) -> tuple[Tab, ...]:
    """The fields of a section, or its tabs; with both, which is strange, all of them."""
    tabs = [
        Tab(
            title=words(section.get("title")),
            form=read_fields(section.get("fields"), f"{place}.sections[{n}].fields", notes),
            is_collapsed=flag(section.get("collapsed")),
        )
        for n, section in enumerate(objects(raw.get("sections"), f"{place}.sections", notes))
    ]
    own = read_fields(raw.get("fields"), f"{place}.fields", notes)
    return (Tab("", own), *tabs) if own else tuple(tabs)


def _flow(raw: Document, place: str, notes: Notes) -> FlowEntry:
    identity = raw.get("_id")
    found = referred(identity) or words(identity)
    if not found:
        notes.add(place, "The entry does not name a flow.")
    return FlowEntry(
        id=found,
        form=_flow_form(raw, place, notes),
        shows_mapping=flag(raw.get("showMapping")),
        shows_utility_mapping=flag(raw.get("showUtilityMapping")),
        shows_schedule=flag(raw.get("showSchedule")),
        has_switch=not flag(raw.get("disableSlider")),
        is_hidden=flag(raw.get("hidden")),
    )


def _flow_form(raw: Document, place: str, notes: Notes) -> Form:
    tabs = objects(raw.get("sections"), f"{place}.sections", notes)
    if not tabs:
        return read_fields(raw.get("settings"), f"{place}.settings", notes)
    own = Notes()
    listed: list[tuple[str, Document]] = [
        (f"tab {n}", field)
        for n, tab in enumerate(tabs)
        for field in objects(tab.get("fields"), f"{place}.sections[{n}].fields", notes)
    ]
    fields = _fields([document for _, document in listed], place, own)
    by_tab: dict[str, list[str]] = defaultdict(list)
    for (tab, _), identity in zip(listed, fields, strict=True):
        by_tab[tab].append(identity)
    boxes = tuple(
        Box(
            label=words(tab.get("title")),
            is_collapsed=flag(tab.get("collapsed")),
            boxes=tuple(_boxes([fields[name] for name in by_tab[f"tab {n}"]])),
        )
        for n, tab in enumerate(tabs)
    )
    notes.found += own
    return Form(fields, Box(style="tab", boxes=boxes), tuple(own))


def read_fields(raw: Json, place: str = "fields", notes: Notes | None = None) -> Form:
    """Return the form that a list of 1.0 fields makes; never raises."""
    own = Notes()
    fields = _fields(objects(raw, place, own), place, own)
    if notes is not None:
        notes.found += own
    return Form(fields, Box(boxes=tuple(_boxes(list(fields.values())))), tuple(own))


def _fields(listed: list[Document], place: str, notes: Notes) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for n, raw in enumerate(listed):
        field = _field(raw, f"{place}[{n}]", notes)
        if field.id in fields:
            notes.add(f"{place}[{n}]", f"Another field has the same name, {field.name!r}.")
            field = replace(field, id=f"{field.id}#{n}")
        fields[field.id] = field
    return _governed(fields)


def _field(raw: Document, place: str, notes: Notes) -> Field:
    name = words(raw.get("name"))
    if not name:
        notes.add(place, "The field has no name, so it cannot be saved.")
    value = raw.get("value")
    kind = field_type(raw, value, place, notes)
    if raw.get("options", ()) is None:
        notes.add(f"{place}.options", "The options are null.")
    if kind.has_rows:
        value = rows_of(raw, value)
    return Field(
        id=name or place,
        name=name,
        type=kind,
        label=words(raw.get("label")) or name,
        help=words(raw.get("tooltip")) or words(raw.get("helpText")),
        placeholder=words(raw.get("placeholder")),
        value=[] if value is None and kind.is_many else value,
        default=raw.get("default") if kind is STATIC_MAP else None,
        options=read_options(raw.get("options"), f"{place}.options", notes),
        columns=columns_of(raw, place, notes),
        **_rulings(raw, place, notes),
        checks=raw["validWhen"] if isinstance(raw.get("validWhen"), dict) else {},
        is_refreshable=flag(raw.get("supportsRefresh")),
        posts_back=flag(raw.get("autoPostBack")),
        raw=raw,
    )


def _rulings(raw: Document, place: str, notes: Notes) -> dict[str, Any]:
    """The field's own properties; a field may also have the rules of 2.0, which are passed on."""
    is_hidden = flag(raw.get("hidden"))
    fixed = {
        "required": _fixed(raw.get("required")),
        "visible": False if is_hidden else _fixed(raw.get("visible")),
        "disabled": _fixed(raw.get("disabled")) or _fixed(raw.get("defaultDisabled")),
        "removed": None,
    }
    words_ = {"removed": ("removeWhen", "deleteWhen")}
    return {
        name: rules_of(raw, words_.get(name, (f"{name}When",)), value, place, notes)
        for name, value in fixed.items()
    }


def _fixed(value: Json) -> bool | None:
    """What is written; what is not leaves the decision to rules."""
    return True if flag(value) else (False if value is False else None)


def _boxes(fields: list[Field]) -> Iterator[Box]:
    """Fields with a heading of their own share a collapsible box, where the first of them is."""
    grouped: dict[str, list[str]] = {}
    order: list[tuple[str, list[str]]] = []
    for field in fields:
        properties = field.raw.get("properties")
        section_name = words(properties.get("sectionName")) if isinstance(properties, dict) else ""
        heading = section_name or words(field.raw.get("title"))
        if heading not in grouped or (not heading and order[-1][0] != ""):
            grouped[heading] = []
            order.append((heading, grouped[heading]))
        grouped[heading].append(field.id)
    for heading, names in order:
        yield Box(label=heading, style="collapse" if heading else "", fields=tuple(names))


# Dependencies, declared on the field that controls others (settings-forms.md#17-dependencies).

_GOVERNING = {"hidden": ("visible", False), "required": ("required", True)} | {
    "disabled": ("disabled", True)
}
"""By the key of an entry: the property that it governs, and the value that makes it do so."""


def _governed(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Return *fields* with their dependencies made into rules.

    Several values of one controlling field are alternatives, several controlling fields must all
    agree; a property that is governed ignores what the field itself says of it.
    """
    among: dict[tuple[str, str], dict[str, list[Json]]] = defaultdict(lambda: defaultdict(list))
    for controlling in fields.values():
        for name, governing, value in _effects(controlling):
            among[name, governing][controlling.id].append(value)
    rulings: dict[str, dict[str, Any]] = defaultdict(dict)
    for (name, governing), controllers in among.items():
        every = tuple(Condition(item, tuple(values)) for item, values in controllers.items())
        rulings[name][governing] = Ruling(every=every)
    return {
        identity: replace(item, **rulings[item.name]) if item.name in rulings else item
        for identity, item in fields.items()
    }


def _effects(controlling: Field) -> Iterator[tuple[str, str, Json]]:
    """Yield fields by name, the property of each that is governed, and the value that does it."""
    dependencies = controlling.raw.get("dependencies")
    for key, entry in dependencies.items() if isinstance(dependencies, dict) else ():
        is_checked = controlling.type is CHECKBOX and key in ("enabled", "disabled")
        value = key == "enabled" if is_checked else key
        lists = [entry.get(word) for word in ("fields", "links")] if isinstance(entry, dict) else []
        for dependent in (item for items in lists if isinstance(items, list) for item in items):
            for word, (governing, when) in _GOVERNING.items():
                if isinstance(dependent, dict) and dependent.get(word) is when:
                    yield str(dependent.get("name")), governing, value
