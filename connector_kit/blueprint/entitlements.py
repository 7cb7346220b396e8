"""What a license grants, read from whatever the platform sends of it. Pure.

Framework 1.0 has a word in the license's ``opts`` and a list of add-on licenses, 2.0 an edition by
its id (protocol/resources.md#license); a settings page says what is installed, which hooks see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector_kit.blueprint.offers import NOTHING, AddOn, Edition, Offer, name_of
from connector_kit.blueprint.stores import per_store, store_of, without_store
from connector_kit.documents import Document

FEATURE, STORE = "addon", "store"
"""Types of add-on licenses (protocol/resources.md#license)."""


@dataclass(frozen=True)
class Entitlements:
    """What one customer has: an *edition*, *add_ons* by name, *stores* by id.

    *edition* is None when the connector has none. *add_ons* of one store of several only are in
    ``of_store``. *allowed_stores* is how many stores the license pays for, None where that is not
    known. *unknown* are words of the license that the version does not declare.
    """

    edition: str | None = None
    add_ons: frozenset[str] = frozenset()
    stores: tuple[str, ...] = ()
    allowed_stores: int | None = None
    of_store: frozenset[tuple[str, str]] = frozenset()
    unknown: tuple[str, ...] = ()
    offer: Offer = field(default=NOTHING, repr=False)

    def has(self, wanted: Edition | AddOn | str) -> bool:
        """Tell whether an add-on, or an edition (a higher one will do), is among them.

        *wanted* is the declared object or its name. Raises ValueError for a name that the
        connector does not declare.
        """
        name = name_of(wanted)
        if self.offer.has_add_on(name):
            return name in self.add_ons or any(word == name for word, _ in self.of_store)
        return self.edition_at_least(name)

    def edition_at_least(self, wanted: Edition | str) -> bool:
        """Tell whether the edition is *wanted* or a higher one; raises ValueError like `has`."""
        name = name_of(wanted)
        if name not in self.offer.ranks:
            known = [*self.offer.ranks, *(add_on.name for add_on in self.offer.add_ons)]
            raise ValueError(
                f"The connector declares no edition or add-on {name!r}; "
                f"it has {', '.join(known) or 'none'}."
            )
        return self.offer.reaches(self.edition, name)

    @property
    def held(self) -> frozenset[str]:
        """The add-ons by name, those of one store with the store: ``payouts-s2``."""
        return self.add_ons | {per_store(*row) for row in self.of_store}

    def grants_add_on(self, name: str, store: str | None = None) -> bool:
        """Tell whether the add-on *name* is licensed, for *store* if there are several."""
        return name in self.add_ons or (name, store) in self.of_store


def of_license(offer: Offer, opts: Any) -> Entitlements:
    """Return what the *opts* of a 1.0 license grant.

    A missing or unknown word means the lowest edition: nothing is granted by mistake. One store is
    always allowed; each of several needs a store license.
    """
    license_: Mapping[str, Any] = opts if isinstance(opts, Mapping) else {}
    word = license_.get("connectorEdition")
    edition = offer.edition_called(word)
    features = list(_licenses(license_, FEATURE))
    known = [feature for feature in features if offer.has_add_on(feature.get("addOnId"))]
    stores = sum(1 for _ in _licenses(license_, STORE))
    return Entitlements(
        edition=edition or offer.lowest,
        add_ons=frozenset(mapping["addOnId"] for mapping in known if not mapping.get("storeId")),
        of_store=frozenset(
            (mapping["addOnId"], str(mapping["storeId"]))
            for mapping in known
            if mapping.get("storeId")
        ),
        allowed_stores=max(1, stores),
        unknown=(
            *([str(word)] if word and offer.editions and edition is None else []),
            *(str(feature.get("addOnId")) for feature in features if feature not in known),
        ),
        offer=offer,
    )


def of_edition(offer: Offer, edition: Any) -> Entitlements:
    """Return what an *edition* of framework 2.0 grants: ``{_id, displayName, order}`` (U19).

    An edition given only by an id that the version does not know means the lowest one.
    """
    name = edition_named(offer, edition)
    unknown: tuple[str, ...] = ()
    if edition and not name:
        is_whole = isinstance(edition, Mapping)
        unknown = (
            str((edition.get("displayName") or edition.get("_id")) if is_whole else edition),
        )
    return Entitlements(edition=name or offer.lowest, unknown=unknown, offer=offer)


def edition_named(offer: Offer, edition: Any) -> str | None:
    """Return the name of the declared edition that a 2.0 *edition*, or its bare id, means."""
    if not isinstance(edition, Mapping):
        return offer.edition_called(edition)
    words = (edition.get("displayName"), edition.get("_id"))
    return next(filter(None, map(offer.edition_called, words)), None)


def of_page(offer: Offer, page: Any) -> Entitlements:
    """Return what a settings page says is installed (protocol/settings-forms.md 1.1).

    Stores whose setup is not finished are left out.
    """
    document: Mapping[str, Any] = page if isinstance(page, Mapping) else {}
    word, add_ons = document.get("connectorEdition"), _list(document.get("addOns"))
    held = [
        (without_store(add_on), store_of(add_on)) for add_on in add_ons if isinstance(add_on, str)
    ]
    return Entitlements(
        edition=offer.edition_called(word) or offer.lowest,
        add_ons=frozenset(name for name, store in held if not store and offer.has_add_on(name)),
        of_store=frozenset(
            (name, store) for name, store in held if store and offer.has_add_on(name)
        ),
        stores=tuple(
            str(section["id"])
            for section in _list(
                document.get("sections") if document.get("supportsMultiStore") else ()
            )
            if isinstance(section, Mapping)
            and section.get("id")
            and section.get("mode") != "install"
        ),
        offer=offer,
    )


def of_call(offer: Offer, options: Mapping[str, Any]) -> Entitlements:
    """Return what the *options* of a function call tell of the customer's entitlements.

    Hooks and wrappers get the page, which says what is installed; functions of 1.0 get the
    license's ``opts``; those of 2.0 the license and, where it changes, the edition it changes to.
    """
    for page in _pages(options.get("settings")):
        if page.keys() & {"connectorEdition", "addOns", "sections"}:
            return of_page(offer, page)
    if isinstance(options.get("opts"), Mapping):
        return of_license(offer, options["opts"])
    license_ = options.get("license")
    granted: Mapping[str, Any] = license_ if isinstance(license_, Mapping) else {}
    if edition := options.get("toEdition") or granted.get("_editionId"):
        return of_edition(offer, edition)
    return of_license(offer, granted.get("opts"))


def opts_of(options: Mapping[str, Any]) -> Document | None:
    """Return the ``opts`` of the license that a call of 2.0 has; None for a call without one."""
    license_ = options.get("license")
    if not isinstance(license_, Mapping):
        return None
    opts = license_.get("opts")
    return dict(opts) if isinstance(opts, Mapping) else {}


def _pages(settings: Any) -> Iterator[Mapping[str, Any]]:
    """Yield what may be an installation's page: in 2.0 the settings in scope come by level."""
    if isinstance(settings, Mapping):
        yield settings
        if isinstance(own := settings.get("integration"), Mapping):
            yield own


def _licenses(opts: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    """Yield the add-on licenses of one *kind*."""
    for group in _list(opts.get("addonLicenses")):
        if isinstance(group, Mapping) and group.get("type") == kind:
            for license_ in _list(group.get("licenses")):
                if isinstance(license_, Mapping):
                    yield license_


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
