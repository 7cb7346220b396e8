"""The pages of a 1.0 settings document: stores, sections, tabs, flows (settings-forms.md#1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from connector_kit.documents import Document
from connector_kit.forms.form import Form


@dataclass(frozen=True)
class Tab:
    """A form that is saved on its own; without a title it is the only one of its page."""

    title: str
    form: Form
    is_collapsed: bool = False


@dataclass(frozen=True)
class FlowEntry:
    """A flow as a settings page lists it; its *form* is saved as a whole, tabs and all.

    *id* is the flow's id, or its name in a symbolic document.
    """

    id: str
    form: Form
    shows_mapping: bool = False
    shows_utility_mapping: bool = False
    shows_schedule: bool = False
    has_switch: bool = True
    is_hidden: bool = False


@dataclass(frozen=True)
class Section:
    """A group of flows with settings of its own; without a title it is not listed."""

    title: str
    description: str = ""
    icon_url: str = ""
    columns: int = 1
    tabs: tuple[Tab, ...] = ()
    flows: tuple[FlowEntry, ...] = ()

    @property
    def address(self) -> str:
        """The part of the page's address that names it."""
        return address_of(self.title)


@dataclass(frozen=True)
class General:
    """The settings of a whole installation, or of one store."""

    tabs: tuple[Tab, ...] = ()
    description: str = ""
    title: str = ""


@dataclass(frozen=True)
class StorePage:
    """What belongs to one store; an installation without stores has one, whose *id* is empty."""

    id: str
    title: str = ""
    mode: str = "settings"
    is_hidden: bool = False
    general: General = General()
    sections: tuple[Section, ...] = ()

    def forms(self) -> Iterator[Form]:
        """Yield every form that is saved on its own."""
        tabs = (*self.general.tabs, *(tab for section in self.sections for tab in section.tabs))
        yield from (tab.form for tab in tabs)
        yield from (entry.form for entry in self.flows())

    def flows(self) -> Iterator[FlowEntry]:
        """Yield the flows of all sections."""
        for section in self.sections:
            yield from section.flows


@dataclass(frozen=True)
class SettingsPages:
    """All pages of a settings document; *oddities* describes what is unusual about it."""

    stores: tuple[StorePage, ...]
    is_multi_store: bool = False
    store_label: str = ""
    edition: str = ""
    oddities: tuple[str, ...] = ()
    raw: Document = field(default_factory=dict, repr=False)

    def store(self, store_id: str | None = None) -> StorePage | None:
        """Return the store called *store_id*; the only one when none is asked for."""
        if not self.is_multi_store and not store_id:
            return self.stores[0]
        return next((store for store in self.stores if store.id == store_id), None)

    def flow(self, flow_id: str) -> tuple[StorePage, FlowEntry] | None:
        """Return the flow *flow_id* and the first store that lists it."""
        for store in self.stores:
            for entry in store.flows():
                if entry.id == flow_id:
                    return store, entry
        return None


def address_of(title: str) -> str:
    """Return how the page of a section called *title* is addressed (settings-forms.md#11)."""
    return re.sub(r"\W", "_", re.sub(r"\s", "", title))
