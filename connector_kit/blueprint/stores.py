"""One component for every store: names, titles, and what a multi-store installation holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.documents import Document, references, renamed

FIRST_STORE = "s1"
"""The id of the store that an installation begins with."""

_DIGITS = 6
"""The most digits of a store's number; ids with more were not made here."""

_SEPARATOR = "-"
"""Occurs in no attribute's name, and has no meaning in addresses and field names."""


def per_store(name: str, store: str) -> str:
    """Return what *name* is called for *store*: the external id of a component, an add-on's key."""
    return f"{name}{_SEPARATOR}{store}"


def store_of(name: str) -> str:
    """Return the store that *name* is for; empty when it is for all of them."""
    return name.partition(_SEPARATOR)[2]


def without_store(name: str) -> str:
    """Return *name* without the store it is for."""
    return name.partition(_SEPARATOR)[0]


def following_store(stores: Iterable[str]) -> str:
    """Return the id of the next store, above those of all *stores*."""
    numbers = (store.removeprefix("s") for store in stores)
    taken = [int(number) for number in numbers if number.isdecimal() and len(number) <= _DIGITS]
    return f"s{max(taken, default=0) + 1}"


def store_title(label: str, store: str) -> str:
    """Return what a store is called on the pages: "Shopify store 2"."""
    return f"{label} {store.removeprefix('s')}"


def spread(
    components: Iterable[CompiledComponent], grants: Mapping[str, Set[str]], label: str
) -> Iterator[CompiledComponent]:
    """Yield *components*, with those that are per store once for every store that they fall to.

    *grants* has, for each store, the names of the per-store components that it gets. Order is kept,
    so references still point backwards.
    """
    for component in components:
        if not component.per_store:
            yield component
            continue
        for store, names in grants.items():
            if component.external_id not in names:
                continue
            # It refers to the same store's copies. Its name ends in the store's title, by which
            # the pages know whose a flow is (protocol/settings-forms.md 1.2).
            copies = {name: per_store(name, store) for name in names}
            document: Document = renamed(component.document, copies)
            if isinstance(document.get("name"), str):
                name = f"{document['name']} [{store_title(label, store)}]"
                document = {**document, "name": name}
            yield replace(
                component,
                external_id=per_store(component.external_id, store),
                document=document,
                per_store=False,
            )


def for_connecting(components: Iterable[CompiledComponent]) -> set[str]:
    """Return which per-store *components* a store gets first: connections, and what these need."""
    wanted: set[str] = set()
    for component in reversed([component for component in components if component.per_store]):
        if component.resource == "connections" or component.external_id in wanted:
            wanted |= {component.external_id, *references(component.document)}
    return wanted
