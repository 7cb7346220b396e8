"""Rules for editions, add-ons and stores, and for the components that belong to them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.declare import LISTING, Declaration
from connector_kit.blueprint.offers import AddOn, Edition, Named, Offer, Stores, name_of
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.stores import store_title
from connector_kit.documents import references

PlacedFinding = tuple[str | None, Finding]

_LABELS = {Edition: "display_name", AddOn: "display_name", Stores: "label"}


def offer_findings(declared: Declaration) -> Iterator[PlacedFinding]:
    """Yield what is wrong with the editions, add-ons and stores that a class declares."""
    for word in LISTING:
        if isinstance(getattr(declared.connector, word), Named):
            message = f"{word!r} is an attribute of the Connector class."
            hint = "Give the edition, add-on, or stores another name."
            yield word, Finding("E004", message, hint)

    names: dict[Named, str] = {}
    for name, offer in declared.offers.items():
        field = _LABELS[type(offer)]
        label, description = getattr(offer, field), getattr(offer, "description", "")
        if not (isinstance(label, str) and label.strip()):
            yield name, Finding("E070", f"Its {field} is {label!r}.", "Add a display name.")
        if not isinstance(description, str):
            message = f"Its description is {description!r}."
            yield name, Finding("E070", message, "Use text, or remove it.")
        if (other := names.setdefault(offer, name)) != name:
            message = f"{name!r} and {other!r} are the same {type(offer).__name__}."
            hint = "Declare one for each, or remove one of the names."
            yield name, Finding("E006", message, hint)

    yield from _namesakes(declared.offers, Edition)
    yield from _namesakes(declared.offers, AddOn)
    stores = [name for name, item in declared.offers.items() if isinstance(item, Stores)]
    for name in stores[1:]:
        message = f"Stores are declared twice: {stores[0]!r} and {name!r}."
        yield name, Finding("E075", message, "A connector has only one kind of store. Remove one.")


def _namesakes(offers: Mapping[str, Named], kind: type[Edition | AddOn]) -> Iterator[PlacedFinding]:
    """A license may name an edition by attribute or by display name, in any case."""
    by_word: dict[str, list[str]] = defaultdict(list)
    for name, offer in offers.items():
        if isinstance(offer, kind):
            for word in {name.lower(), str(offer.display_name).lower()}:
                by_word[word].append(name)
    for word, names in by_word.items():
        for name in names[1:]:
            message = f"Both {names[0]!r} and {name!r} match {word!r}."
            yield name, Finding("E071", message, "Give one of them another name.")


def belonging_findings(
    offer: Offer, components: Iterable[CompiledComponent], framework: int
) -> Iterator[PlacedFinding]:
    """Yield what is wrong with where *components* belong, and with references across."""
    by_name = {component.external_id: component for component in components}
    for name, component in by_name.items():
        unknown = [*unknown_offers(offer, component.edition, component.add_on)]
        for finding in (*unknown, *_store_findings(offer, component, framework)):
            yield name, finding
        if unknown:
            continue
        for referred in sorted(references(component.document) & by_name.keys()):
            target = by_name[referred]
            obstacles = []
            if not offer.reaches(component.edition, target.edition):
                obstacles.append(f"belongs to the higher edition {target.edition!r}")
            if target.add_on not in {None, component.add_on}:
                obstacles.append(f"belongs to the add-on {target.add_on!r}")
            if target.per_store and not component.per_store:
                obstacles.append("exists once per store")
            for obstacle in obstacles:
                message = f"It refers to {referred!r}, which {obstacle}."
                yield name, Finding("E074", message, _WITHIN_REACH)
            if framework == 2 and target.add_on and component.per_store and not target.per_store:
                message = (
                    f"It is per store and refers to {referred!r}, which belongs to the add-on "
                    f"{target.add_on!r} of the whole installation."
                )
                yield name, Finding("E076", message, _OWN_ADD_ONS)


_WITHIN_REACH = (
    "A referenced component must be in every installation that has the referring one. Give both "
    "the same edition=, add_on=, and per_store=, or remove the reference."
)


_OWN_ADD_ONS = (
    "In framework 2.0, each store has a license with add-ons of its own, so the store may have the "
    "add-on without the installation. Add per_store=True to the referenced component, or remove "
    "add_on= from it."
)


def _store_findings(
    offer: Offer, component: CompiledComponent, framework: int
) -> Iterator[Finding]:
    per_store: Any = component.per_store
    if not isinstance(per_store, bool):
        message = f"per_store is {per_store!r}."
        yield Finding("E073", message, "Use per_store=True, or remove it.")
    elif per_store and offer.stores is None:
        message = "per_store is set, but the connector has no stores."
        yield Finding("E073", message, 'Add stores = Stores("Shopify store") to the class.')
    if per_store is True and framework == 1 and component.resource in {"connections", "scripts"}:
        title = store_title(str(offer.stores), "s10")
        length = len(f"{component.document.get('name')} [{title}]")
        if length > 100:
            message = f"With the title of its store, [{title}], the name has {length} characters."
            yield Finding("W024", message, "The platform allows 100.")


def unknown_offers(offer: Offer, edition: Any, add_on: Any) -> Iterator[Finding]:
    """Yield what is wrong with an ``edition=`` and an ``add_on=``, by name."""
    if edition is not None and edition not in offer.ranks:
        yield _unknown("edition", edition, offer.ranks)
    if add_on is not None and not offer.has_add_on(add_on):
        yield _unknown("add_on", add_on, [add_on.name for add_on in offer.add_ons])


def _unknown(keyword: str, value: Any, known: Iterable[str]) -> Finding:
    name = name_of(value)
    return Finding(
        "E072",
        f"{keyword} is {repr(name) if name else 'not assigned to an attribute'}, "
        f"but the connector declares {', '.join(known) or 'none'}.",
        f"{did_you_mean(str(value), known)}Declare it in the class, before its components.",
    )
