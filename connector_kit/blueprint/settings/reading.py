"""The values that a settings page holds, by the names that the connector's class has for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_kit.blueprint.settings.schema import Schema
from connector_kit.blueprint.settings.values import of_store, with_store
from connector_kit.blueprint.stores import per_store
from connector_kit.documents import Json
from connector_kit.forms import StorePage, read_settings_document

LEVELS = ("integration", "flow")
"""The levels by which hooks of framework 2.0 get settings, that declared settings are of."""


def setting_values(page: Any, *, store: str | None = None) -> dict[str, Any]:
    """Return the values of settings in *page*, the ``settings`` that hooks and wrappers get.

    Without *store* those of a multi-store installation are by store id first. The values of
    framework 2.0 are returned as they are; of those that hooks get by level, the values of the
    integration and, over them, of the flow.
    """
    if not isinstance(page, Mapping):
        return {}
    if "sections" not in page and "general" not in page:
        levels = [page[level] for level in LEVELS if isinstance(page.get(level), Mapping)]
        return {name: value for level in levels or [page] for name, value in level.items()}
    pages = read_settings_document(dict(page))
    if not pages.is_multi_store:
        return _values(pages.stores[0])
    by_store = {store.id: _values(store) for store in pages.stores}
    return by_store if store is None else by_store.get(store, {})


def changed_values(schema: Schema, page: Any, stores: tuple[str, ...] | None) -> dict[str, Any]:
    """Return what was set according to *page*: whatever differs from the defaults of *schema*.

    Records that were lost are rebuilt from it.
    """
    values = setting_values(page)
    settings: dict[str, Any] = {}
    for store in (None,) if stores is None else stores:
        own = of_store(values, store)
        changed = {
            setting.name: own[setting.name]
            for setting in schema.settings
            if setting.name in own and own[setting.name] != setting.default
        }
        settings = with_store(settings, store, changed) if changed else settings
    return settings


def _values(page: StorePage) -> dict[str, Json]:
    ending = per_store("", page.id) if page.id else ""
    return {
        name.removesuffix(ending): value
        for form in page.forms()
        for name, value in form.values().items()
    }
