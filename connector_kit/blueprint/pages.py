"""The settings page of one installation: its edition, its stores, the flows that it has.

protocol/settings-forms.md 1.1 to 1.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from connector_kit.blueprint.compiled import Blueprint, CompiledComponent
from connector_kit.blueprint.situation import Situation
from connector_kit.blueprint.stores import per_store, store_title
from connector_kit.documents import Document, referred, renamed

Grants = Mapping[str, Set[str]]
"""For each store, the names of the per-store components that it gets."""


def tailored_page(
    blueprint: Blueprint, situation: Situation, shared: Set[str], grants: Grants
) -> CompiledComponent:
    """Return the installation's page: what it has, and of the flows those that are there.

    *shared* are the names of the components that are there once, *grants* those of each store.
    """
    settings: Document = blueprint.integration.document.get("settings", {})
    if "sections" not in settings:
        return blueprint.integration  # of framework 2.0, which lists flows by itself
    page = dict(settings)
    # Edition and add-ons are how lost records are rebuilt, and what hooks get to see.
    if edition := blueprint.offer.edition_or_lowest(situation.edition):
        page["connectorEdition"] = edition.word
    if blueprint.add_ons:
        page["addOns"] = sorted(situation.add_ons)
    if blueprint.stores is None:
        page["sections"] = _sections(blueprint, settings, shared)
    else:
        page |= {"supportsMultiStore": True, "storeLabel": blueprint.stores}
        page["sections"] = []
        for store, names in grants.items():
            own = renamed(
                {"sections": _sections(blueprint, settings, shared | names)},
                {name: per_store(name, store) for name in names},
            )
            title = store_title(blueprint.stores, store)
            mode = "install" if store == situation.opening else "settings"
            page["sections"].append({"id": store, "title": title, "mode": mode, **own})
        if isinstance(general := settings.get("general"), dict):
            page["general"] = [{"id": store, **general} for store in grants]
        if situation.opening:
            page["defaultSectionId"] = situation.opening
    document = {**blueprint.integration.document, "settings": page}
    return replace(blueprint.integration, document=document)


def _sections(blueprint: Blueprint, settings: Document, there: Set[str]) -> list[Document]:
    """Return the sections with the flows that are *there*; there is always one.

    A section goes with the last of its flows, unless there is something to set in it.
    """
    shown = []
    for section in settings["sections"]:
        flows = [flow for flow in section["flows"] if referred(flow["_id"]) in there]
        if flows or not section["flows"] or section.get("fields") or section.get("sections"):
            shown.append({**section, "flows": flows})
    return shown or [{"title": blueprint.name, "flows": []}]
