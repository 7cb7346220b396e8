"""How a connector is sold: editions, add-ons, and how many stores one installation serves.

Editions and add-ons are declared like components, and named by their attributes; licenses and
settings pages use the same names (protocol/resources.md#license).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connector_kit.documents import Document

RANKED_WORDS = ("starter", "standard", "premium", "enterprise", "custom fba", "shopifymarkets")
"""The words for editions that the platform's pages can rank, lowest first, in lower case
(protocol/resources.md#license)."""


class Named:
    """Takes the name of the attribute that holds it."""

    name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember the first attribute that held this: a subclass may repeat it."""
        self.name = self.name or name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name or None!r})"


class Edition(Named):
    """A level of the connector; in order of declaration, the lowest first.

    What says ``edition=premium`` belongs to that edition and to all above it; what says nothing
    belongs to every edition.
    """

    def __init__(self, display_name: str) -> None:
        self.display_name = display_name


class AddOn(Named):
    """A part that is licensed, installed and removed on its own."""

    def __init__(self, display_name: str, *, description: str = "") -> None:
        self.display_name = display_name
        self.description = description


class Stores(Named):
    """Makes the connector multi-store; *label* is what one store is called ("Shopify store")."""

    def __init__(self, label: str) -> None:
        self.label = label


@dataclass(frozen=True)
class CompiledEdition:
    """An edition of one version, by the *name* of its attribute."""

    name: str
    display_name: str

    @property
    def word(self) -> str:
        """What the settings page calls it: a word that the platform can rank, where there is one.

        The page's ``connectorEdition`` is compared with the license's (protocol/settings-forms.md
        1.1).
        """
        name = self.display_name.lower()
        return name if name in RANKED_WORDS else self.name

    def is_called(self, word: object) -> bool:
        """Tell whether a license or a page means this edition by *word*, in whatever case."""
        return isinstance(word, str) and word.strip().lower() in {
            self.name.lower(),
            self.display_name.lower(),
        }


@dataclass(frozen=True)
class CompiledAddOn:
    """An add-on of one version, by the *name* of its attribute."""

    name: str
    display_name: str
    description: str = ""


@dataclass(frozen=True)
class Offer:
    """What one version is sold as; *stores* is the label of a store, None without stores."""

    editions: tuple[CompiledEdition, ...] = ()
    add_ons: tuple[CompiledAddOn, ...] = ()
    stores: str | None = None

    def __bool__(self) -> bool:
        """Whether installations of the version can differ at all."""
        return bool(self.editions or self.add_ons) or self.stores is not None

    @cached_property
    def ranks(self) -> dict[str, int]:
        """How high each edition is, by name; the lowest has 0."""
        return {edition.name: rank for rank, edition in enumerate(self.editions)}

    @property
    def lowest(self) -> str | None:
        """The name of the lowest edition, which every customer has; None without editions."""
        return self.editions[0].name if self.editions else None

    def edition_called(self, word: object) -> str | None:
        """Return the name of the edition that *word* means, None when it means none."""
        return next((edition.name for edition in self.editions if edition.is_called(word)), None)

    def edition_or_lowest(self, name: str | None) -> CompiledEdition | None:
        """Return the edition called *name*, else the lowest; None without editions."""
        return self.editions[self.ranks.get(name or "", 0)] if self.editions else None

    def has_add_on(self, name: object) -> bool:
        """Tell whether an add-on is called *name*."""
        return any(add_on.name == name for add_on in self.add_ons)

    def reaches(self, edition: str | None, wanted: str | None) -> bool:
        """Tell whether *edition* includes what belongs to *wanted*; None is the lowest.

        An edition that the version does not have is no higher than the lowest.
        """
        return self.ranks.get(edition or "", 0) >= self.ranks.get(wanted or "", 0)

    def to_json(self) -> Document:
        """Return what is declared as JSON; `from_json` reads it back. Nothing declared is {}."""
        offer: Document = {}
        if self.editions:
            offer["editions"] = [
                {"name": edition.name, "displayName": edition.display_name}
                for edition in self.editions
            ]
        if self.add_ons:
            offer["addOns"] = [
                {
                    "name": add_on.name,
                    "displayName": add_on.display_name,
                    "description": add_on.description,
                }
                for add_on in self.add_ons
            ]
        if self.stores is not None:
            offer["stores"] = {"label": self.stores}
        return offer

    @classmethod
    def from_json(cls, data: Document) -> "Offer":
        """Return the offer that `to_json` wrote, also from among other keys."""
        return cls(
            editions=tuple(
                CompiledEdition(edition["name"], edition["displayName"])
                for edition in data.get("editions", ())
            ),
            add_ons=tuple(
                CompiledAddOn(add_on["name"], add_on["displayName"], add_on["description"])
                for add_on in data.get("addOns", ())
            ),
            stores=data["stores"]["label"] if "stores" in data else None,
        )


NOTHING = Offer()
"""The offers of a version that is the same for every customer."""


def name_of(value: Any) -> Any:
    """Return the name of a declared edition or add-on; a name is returned as it is."""
    return value.name if isinstance(value, Named) else value


def compiled_offer(offers: Iterable[tuple[str, Named]]) -> Offer:
    """Return what the declarations *offers*, by attribute and in their order, amount to."""
    listed = list(offers)
    labels = [offer.label for _, offer in listed if isinstance(offer, Stores)]
    return Offer(
        editions=tuple(
            CompiledEdition(name, offer.display_name)
            for name, offer in listed
            if isinstance(offer, Edition)
        ),
        add_ons=tuple(
            CompiledAddOn(name, offer.display_name, offer.description)
            for name, offer in listed
            if isinstance(offer, AddOn)
        ),
        stores=labels[-1] if labels else None,
    )
