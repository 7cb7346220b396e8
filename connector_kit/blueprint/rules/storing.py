"""The kit's own rules: everything declared must fit into its records, on every database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connector_kit import storable
from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.declare import LISTING, Declaration
from connector_kit.blueprint.offers import Edition
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.rules.connector import PlacedFinding
from connector_kit.blueprint.settings.schema import Schema
from connector_kit.blueprint.slug import slug_of

_STORES_NAME = len("-s999999")
"""Characters that a store adds to the external id of a component that each store has."""


def storing_findings(
    declared: Declaration, schema: Schema, components: Sequence[CompiledComponent]
) -> Iterator[PlacedFinding]:
    """Yield what is too long, or holds what cannot be stored, each with its attribute."""
    yield from _too_long(declared, components)
    for word in LISTING:
        for finding in _flawed(word, getattr(declared.connector, word)):
            yield None, finding
    for finding in _flawed("", declared.offer.to_json()):
        yield None, finding
    for component in components:
        # Documents are kept and sent as they are, but this would confuse people.
        for finding in _flawed("", component.document, code="W024"):
            yield component.external_id, finding
    for setting in schema.settings:
        for finding in _flawed("", setting.to_json()):
            yield f"Settings.{setting.name}", finding


def _too_long(
    declared: Declaration, components: Sequence[CompiledComponent]
) -> Iterator[PlacedFinding]:
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


def _longer(
    what: str, value: object, longest: int, attribute: str | None = None
) -> Iterator[PlacedFinding]:
    if isinstance(value, str) and len(value) > longest:
        message = f"{what} has {len(value)} characters; the limit is {longest}."
        yield attribute, Finding("E122", message, "Shorten it.")


def _flawed(where: str, value: Any, *, code: str = "E123") -> Iterator[Finding]:
    for path, fault in storable.flaws(value):
        place = f"{where}{path}" if path.startswith("[") else ".".join(filter(None, (where, path)))
        yield Finding(code, f"{place} contains {fault.what}.", f"{fault.remedy}.")
