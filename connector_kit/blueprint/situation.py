"""What makes one installation's documents differ from another's at the same version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector_kit.documents import Document


@dataclass(frozen=True)
class Situation:
    """What one installation has, and how it is configured.

    *edition* and *add_ons* are names that the connector declares, as they are installed; an add-on
    of one store of several is named with it, ``payouts-s2``. *stores* are the ids of a multi-store
    installation's stores, in their order; *opening* is one whose setup has begun but is not
    finished. *settings* are what the customer has set, by the names of the declared settings.
    *awaited* are the connections that the customer has yet to log in to
    (`connector_kit.plan.holding`). *is_child* says that the installation is one store of framework
    2.0: a child integration, with the edition of its parent and add-ons of its own. *is_deployed*
    says that it is a deployment in an embedded account, where the platform calls no connector.
    """

    edition: str | None = None
    add_ons: frozenset[str] = frozenset()
    stores: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    opening: str = ""
    awaited: tuple[str, ...] = ()
    is_child: bool = False
    is_deployed: bool = False

    def to_json(self) -> Document:
        """Return the situation as JSON, without what is empty; `from_json` reads it back."""
        values = {
            "edition": self.edition,
            "addOns": sorted(self.add_ons),
            "stores": list(self.stores),
            "settings": dict(self.settings),
            "opening": self.opening,
            "awaited": list(self.awaited),
            "isChild": self.is_child,
            "isDeployed": self.is_deployed,
        }
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_json(cls, data: Document) -> Situation:
        """Return the situation that `to_json` wrote."""
        return cls(
            edition=data.get("edition"),
            add_ons=frozenset(data.get("addOns", ())),
            stores=tuple(data.get("stores", ())),
            settings=data.get("settings", {}),
            opening=data.get("opening", ""),
            awaited=tuple(data.get("awaited", ())),
            is_child=data.get("isChild", False),
            is_deployed=data.get("isDeployed", False),
        )
