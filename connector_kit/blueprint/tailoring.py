"""One version, as one installation is entitled to it and has configured it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from connector_kit.blueprint.compiled import Blueprint, CompiledComponent
from connector_kit.blueprint.offers import Offer
from connector_kit.blueprint.resources import STACK
from connector_kit.blueprint.settings.configuring import (
    StoreSettings,
    configured,
    store_settings,
)
from connector_kit.blueprint.settings.schema import CompiledSetting
from connector_kit.blueprint.situation import Situation
from connector_kit.blueprint.stores import (
    FIRST_STORE,
    for_connecting,
    per_store,
    spread,
    store_title,
    without_store,
)
from connector_kit.documents import Document, ref, referred, renamed

INIT_CHILD = "initChild"
"""Called when the customer adds a store in framework 2.0: describes the child integration."""

__all__ = ["Situation", "grants", "settings_of", "tailored"]


def tailored(blueprint: Blueprint, situation: Situation) -> Blueprint:
    """Return *blueprint* as it applies to an installation in that *situation*.

    Pure, and byte for byte the same for the same arguments: the tailored version is what is
    planned, recorded and compared. It keeps what edition and add-ons grant, once for every store
    where it is per store. Higher editions hold all that lower ones do, and every reference leads to
    something that is there. In framework 2.0, each store is a child integration, which has the
    components that are per store, under their own names; the parent has all others.
    """
    offer, granted = blueprint.offer, blueprint
    if situation.is_child or blueprint.children is not None:
        granted = _part(blueprint, situation)
    elif offer:
        by_store = _by_store(blueprint, situation)
        kept = [
            component
            for component in blueprint.components
            if component.per_store
            or grants(offer, situation, edition=component.edition, add_on=component.add_on)
        ]
        shared = {component.external_id for component in kept if not component.per_store}
        granted = replace(
            blueprint,
            components=tuple(spread(kept, by_store, offer.stores or "")),
            integration=_tailored_page(blueprint, situation, shared, by_store),
        )
    whole = configured(granted, settings_of(blueprint, situation))
    if blueprint.schema.framework == 1:
        return whole
    return _with_installed(_without_calls(whole) if situation.is_deployed else whole, situation)


def _without_calls(blueprint: Blueprint) -> Blueprint:
    """Return *blueprint* without the functions that the platform calls for a connector's forms.

    In an embedded account there is no connector: such a call fails, and with it every save of the
    integration. The kit's own pages read the forms and save them.
    """

    def uncalled(component: CompiledComponent) -> CompiledComponent:
        document = {name: item for name, item in component.document.items() if name != "preSave"}
        if form := document.get("settingsForm"):
            document["settingsForm"] = {name: form[name] for name in form if name != "init"}
        return replace(component, document=document)

    return replace(
        blueprint,
        components=tuple(map(uncalled, blueprint.components)),
        integration=uncalled(blueprint.integration),
    )


def _part(blueprint: Blueprint, situation: Situation) -> Blueprint:
    """Return what a parent of framework 2.0 holds, or one of its children.

    The document of a parent names the function that describes a new child
    (protocol/resources.md#integration).
    """
    document = dict(blueprint.integration.document)
    [own] = settings_of(blueprint, situation)
    has_page = not blueprint.schema.settings  # then only scripts make it, the same for everybody
    if not has_page and all(setting.flow for setting in own.settings.values()):
        for form in ("settingsForm", "settings", "preSave"):
            document.pop(form, None)
    if not situation.is_child:
        document |= {
            "initChild": {"function": INIT_CHILD, "_stackId": ref(STACK)},
            "childDisplayName": blueprint.children,
        }
    return replace(
        blueprint,
        components=tuple(
            component
            for component in blueprint.components
            if component.per_store == situation.is_child
            and grants(
                blueprint.offer, situation, edition=component.edition, add_on=component.add_on
            )
        ),
        integration=replace(blueprint.integration, document=document),
    )


def _by_store(blueprint: Blueprint, situation: Situation) -> Mapping[str, Set[str]]:
    """Return, for each store, the names of the per-store components that it gets.

    A store whose setup has begun has its connections, so that the customer can log in.
    """
    if blueprint.stores is None:
        return {}
    first = for_connecting(blueprint.components)
    by_store: dict[str, set[str]] = {}
    for store in _stores(situation):
        by_store[store] = {
            component.external_id
            for component in blueprint.components
            if component.per_store
            and (store != situation.opening or component.external_id in first)
            and grants(
                blueprint.offer,
                situation,
                edition=component.edition,
                add_on=component.add_on,
                store=store,
            )
        }
    return by_store


def settings_of(blueprint: Blueprint, situation: Situation) -> list[StoreSettings]:
    """Return the settings that an installation has, with their values: a set for every store.

    In framework 2.0 there is one set: that of the parent, or of the child.
    """
    per_store_names = {
        component.external_id for component in blueprint.components if component.per_store
    }
    has_children = situation.is_child or blueprint.children is not None

    def is_granted(setting: CompiledSetting, store: str | None) -> bool:
        if has_children and setting.is_per_store(per_store_names) != situation.is_child:
            return False
        return grants(
            blueprint.offer, situation, edition=setting.edition, add_on=setting.add_on, store=store
        )

    stores = None if blueprint.stores is None else _stores(situation)
    return store_settings(blueprint.schema, situation.settings, stores, is_granted, per_store)


def grants(
    offer: Offer,
    situation: Situation,
    *,
    edition: str | None = None,
    add_on: str | None = None,
    store: str | None = None,
) -> bool:
    """Tell whether an installation has what belongs to *edition* and *add_on*.

    *store* is the one that asks; without one, an add-on of any store counts.
    """
    if not offer.reaches(situation.edition, edition):
        return False
    if add_on is None or add_on in situation.add_ons:
        return True
    if store is not None:
        return per_store(add_on, store) in situation.add_ons
    return any(without_store(name) == add_on for name in situation.add_ons)


def _stores(situation: Situation) -> tuple[str, ...]:
    """The existing stores, including one whose setup has begun."""
    stores = (*(situation.stores or (FIRST_STORE,)), situation.opening)
    return tuple(filter(None, dict.fromkeys(stores)))


def _tailored_page(
    blueprint: Blueprint, situation: Situation, shared: Set[str], by_store: Mapping[str, Set[str]]
) -> CompiledComponent:
    """Return the installation's page: what it has, and of the flows those that are there.

    *shared* are the names of the components that are there once, *by_store* those of each store
    (protocol/settings-forms.md 1.1 to 1.4).
    """
    settings: Document = blueprint.integration.document.get("settings", {})
    if "sections" not in settings:
        return blueprint.integration  # of framework 2.0: see `_with_installed`
    page = {**settings, **_installed(blueprint, situation)}
    if blueprint.stores is None:
        page["sections"] = _sections(blueprint, settings, shared)
    else:
        page |= {"supportsMultiStore": True, "storeLabel": blueprint.stores}
        page["sections"] = []
        for store, names in by_store.items():
            own = renamed(
                {"sections": _sections(blueprint, settings, shared | names)},
                {name: per_store(name, store) for name in names},
            )
            title = store_title(blueprint.stores, store)
            mode = "install" if store == situation.opening else "settings"
            page["sections"].append({"id": store, "title": title, "mode": mode, **own})
        if isinstance(general := settings.get("general"), dict):
            page["general"] = [{"id": store, **general} for store in by_store]
        if situation.opening:
            page["defaultSectionId"] = situation.opening
    document = {**blueprint.integration.document, "settings": page}
    return replace(blueprint.integration, document=document)


def _with_installed(blueprint: Blueprint, situation: Situation) -> Blueprint:
    """Return *blueprint* of framework 2.0, with what is installed among the values of its form."""
    installed = _installed(blueprint, situation)
    if not installed:
        return blueprint
    document = blueprint.integration.document
    settings = {**document.get("settings", {}), **installed}
    integration = replace(blueprint.integration, document={**document, "settings": settings})
    return replace(blueprint, integration=integration)


def _installed(blueprint: Blueprint, situation: Situation) -> Document:
    """Edition and add-ons: how lost records are rebuilt, and what hooks get to see."""
    edition = blueprint.offer.edition_or_lowest(situation.edition)
    return {
        **({"connectorEdition": edition.word} if edition else {}),
        **({"addOns": sorted(situation.add_ons)} if blueprint.add_ons else {}),
    }


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
