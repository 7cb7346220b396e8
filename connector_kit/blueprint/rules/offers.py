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
            yield (
                word,
                Finding("E004", message, "Give the edition, add-on, or stores another name."),
            )
    for name, offer in declared.offers.items():
        yield from ((name, finding) for finding in _unlabelled(offer))
    yield from _aliases(declared.offers)
    yield from _namesakes(declared.offers, Edition)
    yield from _namesakes(declared.offers, AddOn)
    stores = [name for name, item in declared.offers.items() if isinstance(item, Stores)]
    for name in stores[1:]:
        message = f"Stores are declared twice: {stores[0]!r} and {name!r}."
        yield name, Finding("E075", message, "A connector has only one kind of store. Remove one.")


def belonging_findings(
    offer: Offer, components: Iterable[CompiledComponent]
) -> Iterator[PlacedFinding]:
    """Yield what is wrong with where *components* belong, and with references across."""
    by_name = {component.external_id: component for component in components}
    for name, component in by_name.items():
        unknown = [*unknown_offers(offer, component.edition, component.add_on)]
        own = (*unknown, *_stores(offer, component), *_long_name(offer, component))
        yield from ((name, finding) for finding in own)
        if unknown:
            continue
        for target in sorted(references(component.document) & by_name.keys()):
            for what in _out_of_reach(offer, component, by_name[target]):
                message = f"It refers to {target!r}, which {what}."
                yield name, Finding("E074", message, _WITHIN_REACH)


def unknown_offers(offer: Offer, edition: Any, add_on: Any) -> Iterator[Finding]:
    """Yield what is wrong with an ``edition=`` and an ``add_on=``, by name."""
    if edition is not None and edition not in offer.ranks:
        yield _unknown("edition", edition, offer.ranks)
    if add_on is not None and not offer.has_add_on(add_on):
        yield _unknown("add_on", add_on, [add_on.name for add_on in offer.add_ons])


_WITHIN_REACH = (
    "A referenced component must be in every installation that has the referring one. Give both "
    "the same edition=, add_on=, and per_store=, or remove the reference."
)


def _out_of_reach(
    offer: Offer, component: CompiledComponent, target: CompiledComponent
) -> Iterator[str]:
    if not offer.reaches(component.edition, target.edition):
        yield f"belongs to the higher edition {target.edition!r}"
    if target.add_on not in {None, component.add_on}:
        yield f"belongs to the add-on {target.add_on!r}"
    if target.per_store and not component.per_store:
        yield "exists once per store"


def _unlabelled(offer: Named) -> Iterator[Finding]:
    field = _LABELS[type(offer)]
    value = getattr(offer, field)
    if not (isinstance(value, str) and value.strip()):
        yield Finding("E070", f"Its {field} is {value!r}.", "Add a display name.")
    description: Any = getattr(offer, "description", "")
    if not isinstance(description, str):
        message = f"Its description is {description!r}."
        yield Finding("E070", message, "Use text, or remove it.")


def _aliases(offers: Mapping[str, Named]) -> Iterator[PlacedFinding]:
    names: dict[Named, str] = {}
    for name, offer in offers.items():
        other = names.setdefault(offer, name)
        if other != name:
            message = f"{name!r} and {other!r} are the same {type(offer).__name__}."
            yield (
                name,
                Finding("E006", message, "Declare one for each, or remove one of the names."),
            )


def _namesakes(offers: Mapping[str, Named], kind: type[Edition | AddOn]) -> Iterator[PlacedFinding]:
    """A license may name an edition by attribute or by display name, in any case."""
    called: dict[str, list[str]] = defaultdict(list)
    for name, offer in offers.items():
        if isinstance(offer, kind):
            for word in {name.lower(), str(offer.display_name).lower()}:
                called[word].append(name)
    for word, names in called.items():
        for name in names[1:]:
            message = f"Both {names[0]!r} and {name!r} match {word!r}."
            yield name, Finding("E071", message, "Give one of them another name.")


def _stores(offer: Offer, component: CompiledComponent) -> Iterator[Finding]:
    given: Any = component.per_store
    if not isinstance(given, bool):
        message = f"per_store is {given!r}."
        yield Finding("E073", message, "Use per_store=True, or remove it.")
    elif given and offer.stores is None:
        message = "per_store is set, but the connector has no stores."
        yield Finding("E073", message, 'Add stores = Stores("Shopify store") to the class.')


def _long_name(offer: Offer, component: CompiledComponent) -> Iterator[Finding]:
    if component.per_store is not True or component.resource not in {"connections", "scripts"}:
        return
    title = store_title(str(offer.stores), "s10")
    length = len(f"{component.document.get('name')} [{title}]")
    if length > 100:
        message = f"With the title of its store, [{title}], the name has {length} characters."
        yield Finding("W024", message, "The platform allows 100.")


def _unknown(keyword: str, value: Any, known: Iterable[str]) -> Finding:
    listed = ", ".join(known) or "none"
    return Finding(
        "E072",
        f"{keyword} is {_shown(value)}, but the connector declares {listed}.",
        f"{did_you_mean(str(value), known)}Declare it in the class, before its components.",
    )


def _shown(value: Any) -> str:
    named = name_of(value)
    return repr(named) if named else "not assigned to an attribute"
