"""The settings document of an installation as recorded, with the flows that it lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector_kit.blueprint import INTEGRATION
from connector_kit.forms import (
    FlowEntry,
    SettingsPages,
    StorePage,
    Tab,
)
from connector_kit.lifecycle.settings.recorded import recorded_pages, shown_components
from connector_kit.models import Installation
from connector_kit.plan.login_request import TITLE as REQUEST
from connector_kit.schedules import in_words

GENERAL = "general"
"""How the page with the settings of a whole installation or store is addressed."""

NO_STORE = "-"
"""Stands in addresses for the store of an installation that has none."""


@dataclass(frozen=True)
class FlowOnRecord:
    """A flow as the account had it when it was last read; by its *external_id*."""

    name: str
    is_on: bool
    schedule: str = ""
    timezone: str = ""
    external_id: str = ""

    @property
    def times(self) -> str:
        """The schedule in words; as it is written where it cannot be read."""
        if not self.schedule:
            return "none: it runs on an event or manually"
        words = in_words(self.schedule)
        return f"{words} ({self.timezone})" if self.timezone else words


@dataclass(frozen=True)
class Page:
    """One page of the settings: forms that are saved one by one, and flows."""

    address: str
    title: str
    description: str = ""
    tabs: tuple[Tab, ...] = ()
    flows: tuple[FlowEntry, ...] = ()


@dataclass(frozen=True)
class SettingsOnRecord:
    """What an installation's settings pages show."""

    pages: SettingsPages
    flows: Mapping[str, FlowOnRecord] = field(default_factory=dict)

    @property
    def stores(self) -> list[StorePage]:
        """The stores that can be chosen."""
        return [store for store in self.pages.stores if not store.is_hidden]

    def store(self, address: str) -> StorePage | None:
        """The store at *address*."""
        if address == NO_STORE:
            return None if self.pages.is_multi_store else self.pages.store()
        return self.pages.store(address) if self.pages.is_multi_store else None

    def flow(self, entry: FlowEntry) -> FlowOnRecord:
        """The flow that *entry* lists; one that is not recorded is shown by its id."""
        return self.flows.get(entry.id) or FlowOnRecord(entry.id or "(no flow)", is_on=False)


def settings_on_record(installation: Installation) -> SettingsOnRecord:
    """The recorded settings of *installation*; empty where nothing was applied. One query."""
    rows = shown_components(installation)
    flows: dict[str, FlowOnRecord] = {}
    for row in rows:
        if row.external_id != INTEGRATION:
            document = row.applied.component().document if row.applied else {}
            seen = {**document, **installation.flows.get(row.external_id, {})}
            flows[row.external_id] = flows[row.resource_id] = FlowOnRecord(
                name=str(seen.get("name") or row.external_id),
                is_on=not seen.get("disabled"),
                schedule=str(seen.get("schedule") or ""),
                external_id=row.external_id,
                timezone=str(seen.get("timezone") or seen.get("timeZone") or ""),
            )
    return SettingsOnRecord(recorded_pages(rows), flows)


def pages_of(store: StorePage) -> list[Page]:
    """The pages of *store*, in order: its sections, then what is general.

    The request to the customer is not a page: the settings pages show it in their own way.
    """
    pages = []
    for section in store.sections:
        if section.title not in ("", REQUEST):
            flows = tuple(flow for flow in section.flows if flow.id and not flow.is_hidden)
            about = (section.address, section.title, section.description)
            pages.append(Page(*about, section.tabs, flows))
    general = store.general
    if general.tabs:
        title = general.title or "General"
        pages.append(Page(GENERAL, title, general.description, general.tabs))
    return pages
