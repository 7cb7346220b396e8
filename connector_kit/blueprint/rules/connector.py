"""Rules for the connector class itself, and for what the kit's records can hold of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from connector_kit import storable
from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.components import Component
from connector_kit.blueprint.declare import LISTING, Declaration, section_title
from connector_kit.blueprint.offers import Edition
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.resources import names_reference
from connector_kit.blueprint.rules.listing import listing_findings
from connector_kit.blueprint.settings.schema import Schema
from connector_kit.blueprint.slug import slug_of
from connector_kit.documents.ids import literal_ids
from connector_kit.documents.walking import at

PlacedFinding = tuple[str | None, Finding]

_STORES_NAME = len("-s999999")
"""Characters that a store adds to the external id of a component that each store has."""


def connector_findings(declared: Declaration) -> Iterator[PlacedFinding]:
    """Yield the problems of the class, each with its attribute if it is in one."""
    for word in LISTING:
        if isinstance(getattr(declared.connector, word), Component):
            message = f"{word!r} is an attribute of the Connector class."
            yield word, Finding("E004", message, "Give the component another name.")
    for finding in listing_findings(declared):
        yield None, finding
    for name in dict.fromkeys(declared.rebound):
        message = f"The class defines {name!r} more than once, so the earlier component is lost."
        hint = "The attribute name is the external id. Give each component a different name."
        yield name, Finding("E005", message, hint)
    for name, other in declared.aliases.items():
        message = f"{name!r} and {other!r} are the same component."
        hint = "Declare a component for each, or remove one of the names."
        yield name, Finding("E006", message, hint)

    yield from _section_findings(declared)


def _section_findings(declared: Declaration) -> Iterator[PlacedFinding]:
    """Yield sections of flows that are no titles, or share an address.

    A section's page is addressed by its title without blanks, other non-word characters turned into
    ``_`` (protocol/settings-forms.md 1.1).
    """
    titles: dict[str, set[str]] = defaultdict(set)
    for name, component in declared.components.items():
        if not isinstance(section := getattr(component, "section", None), str | None):
            message = f"section is {section!r}."
            yield name, Finding("E066", message, "Use the title of a section, as text.")
        elif component.resource == "flows":
            title = str(section_title(declared, component))
            titles[re.sub(r"\W", "_", re.sub(r"\s", "", title))].add(title)
    for alike in titles.values():
        if len(alike) > 1:
            message = f"The sections {', '.join(sorted(alike))} would have the same address."
            hint = "Make their titles differ by at least one letter or digit."
            yield None, Finding("W031", message, hint)


def storing_findings(
    declared: Declaration, schema: Schema, components: Sequence[CompiledComponent]
) -> Iterator[PlacedFinding]:
    """Yield what is too long for the kit's records, or holds what no database can store."""
    connector: Any = declared.connector
    yield from _longer("name", connector.name, storable.CONNECTOR_NAME)
    yield from _longer("version", connector.version, storable.VERSION)
    slug = slug_of(connector)
    yield from _longer(f"The short name {slug!r}, made of the class's name,", slug, storable.SLUG)
    for attribute, offer in declared.offers.items():
        if isinstance(offer, Edition):
            yield from _longer("The name of the edition", attribute, storable.EDITION, attribute)
    for component in components:
        name = component.external_id
        longest = storable.EXTERNAL_ID - (_STORES_NAME if component.per_store else 0)
        yield from _longer("The attribute's name, the external id,", name, longest, name)
        yield from _longer("The resource type", component.resource, storable.RESOURCE, name)

    for word in LISTING:
        yield from _flawed(None, word, getattr(connector, word))
    yield from _flawed(None, "", declared.offer.to_json())
    for component in components:
        # Documents are kept and sent as they are, but this would confuse people.
        yield from _flawed(component.external_id, "", component.document, code="W024")
    for setting in schema.settings:
        yield from _flawed(f"Settings.{setting.name}", "", setting.to_json())


def literal_id_findings(
    schema: Schema, components: Sequence[CompiledComponent]
) -> Iterator[PlacedFinding]:
    """Yield ids in texts and keys, where no installation replaces them by its own."""
    places = [(component.external_id, component.document) for component in components]
    places += [(f"Settings.{setting.name}", setting.to_json()) for setting in schema.settings]
    for attribute, document in places:
        for found in literal_ids(document):
            if names_reference(found.path) and at(document, found.path) == found.id:
                continue  # a matter of the rules for references
            message = (
                f"{found.place} contains {found.id}, which looks like the id of a document. No "
                "other account has it."
            )
            hint = (
                "If it is one, put a reference to the component into settings, which becomes each "
                'account\'s own id (settings={"orders": Ref(orders)}), and read it from there.'
            )
            yield attribute, Finding("W025", message, hint)


def _longer(
    what: str, value: object, longest: int, attribute: str | None = None
) -> Iterator[PlacedFinding]:
    if isinstance(value, str) and len(value) > longest:
        message = f"{what} has {len(value)} characters; the limit is {longest}."
        yield attribute, Finding("E122", message, "Shorten it.")


def _flawed(
    attribute: str | None, where: str, value: Any, *, code: str = "E123"
) -> Iterator[PlacedFinding]:
    for path, fault in storable.flaws(value):
        place = f"{where}{path}" if path.startswith("[") else ".".join(filter(None, (where, path)))
        yield attribute, Finding(code, f"{place} contains {fault.what}.", f"{fault.remedy}.")
