"""All settings of an installation as one form: every section of a store, its tabs and its flows.

A browser sends all of it, with or without scripts: the sheet is saved as a whole or not at all.
Only what was changed is validated and saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.utils.datastructures import MultiValueDict

from connector_kit.forms import Errors, FlowEntry, Form, StorePage
from connector_kit.publisher.settings_pages import (
    NO_STORE,
    FlowOnRecord,
    Page,
    SettingsOnRecord,
    pages_of,
)
from settings_ui import forms
from settings_ui.forms import PREFIX, ShownForm

PART = "_part"
"""Name of the marks by which a browser says which forms it sends: the form's prefix and its key."""

FLOW = "_flow"
"""Name of the marks by which it says which flows' controls it sends."""

WAS = "_was"
"""Prefix of the names under which a browser sends back the values as first shown."""


class Problem(NamedTuple):
    """Something wrong: where it is, the id of its control, what to say."""

    place: str
    control: str
    message: str


@dataclass
class FormPart:
    """One form of the sheet: a tab of a section, or the settings of a flow."""

    key: str
    store: str
    place: str
    """Its place, in words."""
    shown: ShownForm

    @property
    def prefix(self) -> str:
        """Begins the names of its fields."""
        return self.shown.prefix

    @property
    def problems(self) -> Iterator[Problem]:
        """What is wrong with its fields."""
        for control, label, message in self.shown.summary:
            yield Problem(f"{self.place}: {label}", control, message)


@dataclass
class FlowPart:
    """The controls of one flow: whether it is on, when it runs, and its settings."""

    store: str
    entry: FlowEntry
    record: FlowOnRecord
    form: FormPart | None
    is_on: bool
    schedule: str
    was_on: bool
    was_schedule: str
    errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Begins the names and ids of its controls; several stores may list one flow."""
        return f"flow-{self.store}-{self.entry.id}" if self.store else f"flow-{self.entry.id}"

    @property
    def external_id(self) -> str:
        """The flow, as a save names it."""
        return self.record.external_id or self.entry.id

    @property
    def is_open(self) -> bool:
        """Whether its settings are shown without being asked for."""
        return bool(self.errors or (self.form and self.form.shown.errors))

    @property
    def changes(self) -> dict[str, Any]:
        """What differs from the stored values."""
        changes: dict[str, Any] = {}
        if self.is_on != self.record.is_on:
            changes["disabled"] = not self.is_on
        if self.schedule != self.record.schedule:
            changes["schedule"] = self.schedule
        return changes

    @property
    def problems(self) -> Iterator[Problem]:
        """What is wrong with its switch and schedule."""
        control = f"{self.name}-schedule" if self.entry.shows_schedule else f"{self.name}-on"
        for message in self.errors:
            yield Problem(self.record.name, control, message)


@dataclass
class SectionPart:
    """One section of a store, with its forms and flows."""

    page: Page
    anchor: str
    forms: list[tuple[str, FormPart]]
    """Each with the title of its tab, which may be empty."""
    flows: list[FlowPart]


@dataclass
class Panel:
    """The sections of one store; of an installation without stores there is one panel."""

    store: StorePage
    address: str
    sections: list[SectionPart]

    @property
    def forms(self) -> Iterator[FormPart]:
        """All forms, in the order of the page."""
        for section in self.sections:
            yield from (form for _, form in section.forms)
            yield from (flow.form for flow in section.flows if flow.form)

    @property
    def flows(self) -> Iterator[FlowPart]:
        """All flows, in the order of the page."""
        for section in self.sections:
            yield from section.flows


@dataclass
class Sheet:
    """An installation's settings as shown, and what was typed into them."""

    panels: list[Panel]
    others: list[str] = field(default_factory=list)
    """Errors that belong to no field."""

    @property
    def forms(self) -> Iterator[FormPart]:
        """All forms of all panels."""
        for panel in self.panels:
            yield from panel.forms

    @property
    def flows(self) -> Iterator[FlowPart]:
        """All flows of all panels."""
        for panel in self.panels:
            yield from panel.flows

    @property
    def touched(self) -> list[FormPart]:
        """The forms in which something differs from the stored values."""
        return [form for form in self.forms if form.shown.is_touched]

    @property
    def is_touched(self) -> bool:
        """Whether there is anything to save."""
        return bool(self.touched) or any(flow.changes for flow in self.flows)

    @property
    def has_files(self) -> bool:
        """Whether a browser must send files."""
        return any(form.shown.has_files for form in self.forms)

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, in the order of the page."""
        problems = [Problem("", "", message) for message in self.others]
        for panel in self.panels:
            for section in panel.sections:
                for _, form in section.forms:
                    problems += form.problems
                for flow in section.flows:
                    problems += flow.problems
                    problems += flow.form.problems if flow.form else ()
        return problems

    def forget_errors(self) -> None:
        """Drop the errors: the customer is not saving yet."""
        for form in self.forms:
            form.shown = replace(form.shown, errors={})

    def put_errors(self, store: str, errors: Errors) -> None:
        """Show errors of *store* beside their fields, or above all fields."""
        for name, messages in errors.items():
            of_store = [form for form in self.forms if form.store == store]
            with_field = [form for form in of_store if form.shown.form.named(name)]
            target = next((form for form in with_field if form.shown.is_touched), None)
            target = target or next(iter(with_field), None)
            if target is None:
                self.others += [f"{name}: {message}" if name else message for message in messages]
            else:
                combined = {**target.shown.errors, name: messages}
                target.shown = replace(target.shown, errors=combined)


@dataclass(frozen=True)
class Sent:
    """What a browser sent of a sheet."""

    data: MultiValueDict[str, str]
    files: Mapping[str, Any]

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefix of each form that was sent, by its key."""
        marks = (mark.partition(" ") for mark in self.data.getlist(PART))
        return {key: prefix for prefix, _, key in marks}

    @property
    def stores(self) -> set[str]:
        """The addresses of the stores of which something was sent."""
        return {key.partition("/")[0] for key in self.prefixes} | set(self.data.getlist("_panel"))


def sheet_of(
    record: SettingsOnRecord, *stores: str, sent: Sent | None = None, is_read_only: bool = False
) -> Sheet:
    """The sheet of the *stores* at these addresses, and of all of which something was *sent*."""
    sheet = Sheet([])
    wanted = {*stores} | (sent.stores if sent else set())
    for number, store in enumerate(record.stores):
        address = store.id or NO_STORE
        if address in wanted:
            builder = _Builder(record, store, number, sent, is_read_only)
            sheet.panels.append(Panel(store, address, builder.sections()))
    if sent and sent.prefixes.keys() - {form.key for form in sheet.forms}:
        sheet.others.append(
            "Some of these settings no longer exist, so your changes to them cannot be saved. "
            "The remaining settings are below."
        )
    return sheet


class _Builder:
    """Makes the parts of one panel."""

    def __init__(
        self,
        record: SettingsOnRecord,
        store: StorePage,
        number: int,
        sent: Sent | None,
        is_read_only: bool,
    ) -> None:
        self._record, self._store, self._sent = record, store, sent
        self._is_read_only = is_read_only
        self._address = store.id or NO_STORE
        self._prefix = f"s{number}" if store.id else PREFIX
        self._taken: list[set[str]] = []
        self._listed: set[str] = set()
        self._sent_prefixes = sent.prefixes if sent else {}

    def sections(self) -> list[SectionPart]:
        """All sections, with their forms and flows; a flow that several list is there once."""
        sections = []
        for page in pages_of(self._store):
            title = f"{self._store.title}, {page.title}" if self._store.title else page.title
            tabs = []
            for number, tab in enumerate(page.tabs):
                place = f"{title}, {tab.title}" if tab.title else title
                form = self._form(f"{page.address}/{number}", place, tab.form)
                tabs.append((tab.title, form))
            flows = []
            for entry in page.flows:
                if entry.id not in self._listed:
                    self._listed.add(entry.id)
                    flows.append(self._flow(entry))
            anchor = f"at-{self._address}-{page.address}"
            sections.append(SectionPart(page, anchor, tabs, flows))
        return sections

    def _form(self, address: str, place: str, form: Form) -> FormPart:
        key = f"{self._address}/{address}"
        prefix = self._free_prefix(form)
        sent, sent_prefix = self._sent, self._sent_prefixes.get(key)
        if sent is None or sent_prefix is None:
            shown = forms.show(form, prefix=prefix, is_read_only=self._is_read_only)
            return FormPart(key, self._store.id, place, shown)
        shown = forms.read(
            form,
            sent.data,
            sent.files,
            prefix=sent_prefix,
            was=sent.data.get(f"{WAS}:{key}", ""),
            more=sent.data.get("_more", ""),
            is_read_only=self._is_read_only,
        )
        if not shown.is_touched:
            shown = replace(shown, errors={})
        return FormPart(key, self._store.id, place, shown)

    def _free_prefix(self, form: Form) -> str:
        """A prefix under which no field of *form* is called like one of another form."""
        names = {form_field.name for form_field in form.fields.values()}
        free = (number for number, taken in enumerate(self._taken) if not taken & names)
        number = next(free, len(self._taken))
        self._taken[number : number + 1] = [names.union(*self._taken[number : number + 1])]
        return f"{self._prefix}x{number}" if number else self._prefix

    def _flow(self, entry: FlowEntry) -> FlowPart:
        on_record = self._record.flow(entry)
        form = None
        if entry.form:
            form = self._form(f"flows/{entry.id}", on_record.name, entry.form)
        part = FlowPart(
            self._store.id,
            entry,
            on_record,
            form,
            is_on=on_record.is_on,
            schedule=on_record.schedule,
            was_on=on_record.is_on,
            was_schedule=on_record.schedule,
        )
        if self._sent and part.name in self._sent.data.getlist(FLOW):
            _read_controls(part, self._sent.data)
        return part


def _read_controls(part: FlowPart, data: MultiValueDict[str, str]) -> None:
    """Apply changed controls of a flow; the others keep the values that are stored now."""
    if part.entry.has_switch:
        is_on = f"{part.name}-on" in data
        if is_on != (data.get(f"{WAS}:{part.name}-on") == "1"):
            part.is_on = is_on
    if part.entry.shows_schedule:
        schedule, was = (
            " ".join(data.get(name, "").split())
            for name in (f"{part.name}-schedule", f"{WAS}:{part.name}-schedule")
        )
        if schedule != was:
            part.schedule = schedule
