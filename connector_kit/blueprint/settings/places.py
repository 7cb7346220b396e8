"""Where settings appear: general ones, sections of the page, forms of flows, tabs of all these."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from connector_kit.blueprint.offers import AddOn, Edition, name_of


class Item:
    """An item of a ``Settings`` class; named by the attribute that holds it."""

    name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember the first attribute that held this: a subclass may repeat it."""
        self.name = self.name or name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name or None!r})"


class Place(Item):
    """A page, or a form, that is saved by itself: what follows in the class belongs to it.

    *edition* and *add_on* say which installations have the settings in it.
    """

    def __init__(
        self,
        title: str = "",
        *,
        description: str = "",
        edition: Edition | str | None = None,
        add_on: AddOn | str | None = None,
    ) -> None:
        self.title = title
        self.description = description
        self.edition: Any = name_of(edition)
        self.add_on: Any = name_of(add_on)


class General(Place):
    """Settings of the whole installation; what precedes every section is general, too."""

    def __init__(self, description: str = "", **more: Any) -> None:
        super().__init__(description=description, **more)


class Section(Place):
    """A section of the settings page; flows of ``section=`` the same title are listed in it."""

    def __init__(
        self,
        title: str,
        *,
        description: str = "",
        icon_url: str = "",
        columns: int = 1,
        edition: Edition | str | None = None,
        add_on: AddOn | str | None = None,
    ) -> None:
        super().__init__(title, description=description, edition=edition, add_on=add_on)
        self.icon_url = icon_url
        self.columns = columns


class FlowFlags(TypedDict, total=False):
    """What the entry of a flow offers customers (settings-forms.md#13-flow-section-and-flow-entry).

    Mappings, schedule, switch and running are offered unless it says otherwise.
    """

    shows_mapping: bool
    shows_schedule: bool
    shows_utility_mapping: bool
    asks_start_date: bool
    has_switch: bool
    can_be_run: bool


class FlowSettings(Place):
    """The settings of one flow, named by its attribute in the connector's class.

    A flow without settings of its own may have one for its flags alone.
    """

    def __init__(
        self,
        flow: str,
        *,
        edition: Edition | str | None = None,
        add_on: AddOn | str | None = None,
        **flags: Unpack[FlowFlags],
    ) -> None:
        super().__init__(edition=edition, add_on=add_on)
        self.flow = flow
        self.flags = {
            "showMapping": flags.get("shows_mapping", True),
            "showSchedule": flags.get("shows_schedule", True),
            "showUtilityMapping": flags.get("shows_utility_mapping", False),
            "showStartDateDialog": flags.get("asks_start_date", False),
            "disableSlider": not flags.get("has_switch", True),
            "disableRunFlow": not flags.get("can_be_run", True),
        }


class Tab(Item):
    """A tab of the place above it; the settings below it are in the tab."""

    def __init__(self, title: str, *, collapsed: bool = False) -> None:
        self.title = title
        self.collapsed = collapsed
