"""What a ``Settings`` class declares: settings in their order, each in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from connector_kit.blueprint.settings.places import FlowSettings, General, Item, Place, Tab
from connector_kit.blueprint.settings.setting import Setting


@dataclass(frozen=True)
class Placed:
    """A setting with its place, and its tab there if it is in one."""

    setting: Setting
    place: Place
    tab: Tab | None = None

    @property
    def edition(self) -> Any:
        """The edition that it belongs to: its own, else its place's."""
        return self.setting.edition or self.place.edition

    @property
    def add_on(self) -> Any:
        """The add-on that it belongs to: its own, else its place's."""
        return self.setting.add_on or self.place.add_on


@dataclass(frozen=True)
class DeclaredSettings:
    """The items of a ``Settings`` class by attribute, base classes first, and the place of each.

    *lost* are settings whose ``under`` is nowhere in the class.
    """

    items: Mapping[str, Item] = field(default_factory=dict)
    framework: int = 1

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """The settings in order, each in its place."""
        general: Place = General()
        where: dict[Item, tuple[Place, Tab | None]] = {}
        place, tab = general, None
        for item in self.items.values():
            if isinstance(item, Place):
                place, tab = item, None
            elif isinstance(item, Tab):
                tab = item
            where[item] = (place, tab)
        placed = []
        for setting in self.settings.values():
            under = setting.under
            is_place = isinstance(under, Place | Tab)
            holder = self.items.get(under.name, under) if is_place else setting
            placed.append(Placed(setting, *where.get(holder, (general, None))))
        return tuple(placed)

    @cached_property
    def settings(self) -> Mapping[str, Setting]:
        """The settings by attribute."""
        return {name: item for name, item in self.items.items() if isinstance(item, Setting)}

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The places in order; settings above all of them are in the general one."""
        own = [item for item in self.items.values() if isinstance(item, Place)]
        above = [placed.place for placed in self.placed if placed.place not in own]
        return tuple(dict.fromkeys((*above, *own)))

    def at(self, place: Place) -> Iterator[Placed]:
        """Yield the settings in *place*."""
        return (placed for placed in self.placed if placed.place is place)


def declared_settings(connector: type) -> DeclaredSettings:
    """Return what the ``Settings`` class of *connector* declares; nothing when it has none."""
    holder = getattr(connector, "Settings", None)
    framework = 2 if getattr(connector, "framework", 1) == 2 else 1
    if not isinstance(holder, type):
        return DeclaredSettings(framework=framework)
    attributes: dict[str, Any] = {}
    for base in reversed(holder.__mro__):
        attributes.update(vars(base))
    items = {name: item for name, item in attributes.items() if isinstance(item, Item)}
    return DeclaredSettings(items, framework)


def flow_of(place: Place) -> str | None:
    """Return the flow whose form *place* is, None for the installation's."""
    return place.flow if isinstance(place, FlowSettings) else None
