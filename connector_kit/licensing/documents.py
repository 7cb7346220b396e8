"""Licenses as the platform writes them (protocol/resources.md#license), of both frameworks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from connector_kit.licensing.days import instant, stamp
from connector_kit.licensing.errors import LicensingError, Problem
from connector_kit.licensing.terms import Terms

LicenseDocument = Mapping[str, Any]
DATES = ("expires", "trialEndDate")
_NOTHING: tuple[Any, ...] = (None, [], {})
"""Values that mean the same, nothing: the platform may leave out empty parts."""
READ_ONLY = ("user", "resumable")
CHILD = "integrationAppChild"


@dataclass(frozen=True)
class ListedEdition:
    """An edition of a 2.0 connector; the higher its *order*, the more it gives."""

    id: str
    name: str
    order: float


@dataclass(frozen=True)
class Listing:
    """What the connector's own record says of its licenses (protocol/resources.md#connector)."""

    is_two: bool = False
    editions: tuple[ListedEdition, ...] = ()
    has_trials: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    """The names of editions by the words, in lower case, that the connector has for them."""

    @classmethod
    def of(cls, document: Mapping[str, Any], words: Mapping[str, str] | None = None) -> Listing:
        """Read the connector's document."""
        two = document.get("twoDotZero") or {}
        editions = (
            ListedEdition(
                edition["_id"], str(edition.get("displayName", "")), edition.get("order") or 0
            )
            for edition in two.get("editions") or ()
        )
        return cls(
            is_two=document.get("framework") == "twoDotZero",
            editions=tuple(sorted(editions, key=lambda edition: edition.order)),
            has_trials=bool(document.get("trialEnabled")),
            words=words or {},
        )

    def edition(self, word: str) -> ListedEdition:
        """Return the 2.0 edition of that name, word or id; raises `LicensingError`."""
        names = {word.lower(), self.words.get(word.lower(), word).lower()}
        for edition in self.editions:
            if word == edition.id or edition.name.lower() in names:
                return edition
        known = ", ".join(edition.name for edition in self.editions) or "none"
        message = f"the listing has no edition {word!r} (there are: {known})."
        raise LicensingError(Problem("unknown_edition", message, "edition"))


@dataclass(frozen=True)
class Wanted:
    """What a license should say; an empty or None part leaves what it says already."""

    terms: Terms | None = None
    edition: str = ""
    add_ons: tuple[str, ...] | None = None
    stores: int | None = None
    opts: Mapping[str, Any] = field(default_factory=dict)
    """The rest of ``opts``; for a child's license, all of it."""


@dataclass(frozen=True)
class Difference:
    """A field in which the platform's license differs from the wanted one."""

    field: str
    wanted: Any
    platform: Any
    fixable: bool = True
    """Whether writing the license would fix it."""

    def to_json(self) -> dict[str, Any]:
        """Return the difference as JSON."""
        return asdict(self)


def written(wanted: Wanted, listing: Listing, live: LicenseDocument) -> dict[str, Any]:
    """Return the document that changes the license *live* (empty: a new one) to *wanted*.

    A PUT replaces the whole document: what *wanted* leaves out stays as it is in *live*. Raises
    `LicensingError` for an edition that does not exist.
    """
    document = {name: value for name, value in live.items() if name not in READ_ONLY}
    if live.get("type") != CHILD:
        if wanted.terms is not None:
            date = stamp(wanted.terms.switched_off_at)
            is_trial = wanted.terms.is_trial and listing.has_trials
            document["expires"] = None if is_trial else date
            document["trialEndDate"] = date if is_trial else None
        document |= _edition_ids(wanted, listing, live)
    document["opts"] = _opts(wanted, listing, live) or None
    return {name: value for name, value in document.items() if value is not None}


def differences(wanted: Wanted, listing: Listing, live: LicenseDocument) -> tuple[Difference, ...]:
    """Return where *live* differs from the wanted license."""
    should = written(wanted, listing, live)
    opts = dict.fromkeys(("connectorEdition", "addonLicenses", *wanted.opts))
    compared = (*((date,) for date in DATES), *(("opts", option) for option in opts))
    found = [
        Difference(".".join(place), _read(should, place), _read(live, place))
        for place in compared
        if not _same(place, _read(should, place), _read(live, place))
    ]
    if listing.is_two and wanted.edition and live.get("type") != CHILD:
        edition = listing.edition(wanted.edition)
        if live.get("_changeEditionId", live.get("_editionId")) != edition.id:
            fixable = bool(_edition_ids(wanted, listing, live))
            current = live_edition(live, listing)
            found.append(Difference("_editionId", edition.name, current, fixable))
    return tuple(found)


def live_edition(live: LicenseDocument, listing: Listing) -> str:
    """Return the name of the edition that the platform's license has, empty without one."""
    if not listing.is_two:
        return str((live.get("opts") or {}).get("connectorEdition") or "")
    names = {edition.id: edition.name for edition in listing.editions}
    current = str(live.get("_editionId") or "")
    return names.get(current, current)


def _edition_ids(wanted: Wanted, listing: Listing, live: LicenseDocument) -> dict[str, Any]:
    """Return the edition of a 2.0 license, or the one to change to.

    Once installed only the latter can be written, and only upwards
    (protocol/http-api.md#9-connectors-and-licences).
    """
    if not (listing.is_two and wanted.edition):
        return {}
    edition = listing.edition(wanted.edition)
    if not live.get("_integrationId"):
        return {"_editionId": edition.id, "_changeEditionId": None}
    if edition.id == live.get("_editionId"):
        return {"_changeEditionId": None}
    orders = {listed.id: listed.order for listed in listing.editions}
    is_higher = edition.order > orders.get(str(live.get("_editionId")), float("-inf"))
    return {"_changeEditionId": edition.id} if is_higher else {}


def _opts(wanted: Wanted, listing: Listing, live: LicenseDocument) -> dict[str, Any]:
    opts = {**(live.get("opts") or {}), **wanted.opts}
    if wanted.edition and not listing.is_two:
        opts["connectorEdition"] = wanted.edition
    licenses = [*opts.get("addonLicenses", ())]
    if wanted.stores is not None:
        edition = {"addOnEdition": wanted.edition or live_edition(live, listing) or "standard"}
        licenses = _replaced(licenses, "store", [dict(edition) for _ in range(wanted.stores)])
    if wanted.add_ons is not None:
        licenses = _replaced(licenses, "addon", [{"addOnId": add_on} for add_on in wanted.add_ons])
    opts.pop("addonLicenses", None)
    return opts | ({"addonLicenses": licenses} if licenses else {})


def _replaced(licenses: list[Any], kind: str, entries: list[dict[str, str]]) -> list[Any]:
    """Return the add-on licenses with *entries* as those of their *kind*, others untouched.

    New ones of stores come before new ones of add-ons, whichever was licensed first: one
    entitlement is one document.
    """
    own = {"type": kind, "licenses": entries}
    kinds = [
        license_.get("type") if isinstance(license_, Mapping) else None for license_ in licenses
    ]
    kept = [item for item, its_kind in zip(licenses, kinds, strict=True) if its_kind != kind]
    if not entries:
        return kept
    place = kinds.index(kind) if kind in kinds else len(kept)
    if kind == "store" and kind not in kinds and "addon" in kinds:
        place = kinds.index("addon")
    return [*kept[:place], own, *kept[place:]]


def _read(document: LicenseDocument, place: tuple[str, ...]) -> Any:
    value: Any = document
    for name in place:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _same(place: tuple[str, ...], one: Any, other: Any) -> bool:
    if place[0] in DATES and one and other:
        with suppress(TypeError, ValueError):  # the platform's may be no date
            return instant(one) == instant(other)
    return bool(one == other) or (one in _NOTHING and other in _NOTHING)
