"""refreshMetadata of framework 1.0: options that the author's function returns.

protocol/settings-forms.md#32-refreshmetadata. Nothing is written, so no operation has to wait for
it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connector_kit.blueprint.settings import Setting
from connector_kit.blueprint.settings.configuring import StoreSettings
from connector_kit.blueprint.settings.options import label_items, option_pairs, text_items
from connector_kit.blueprint.settings.pages import value_in, with_value
from connector_kit.blueprint.settings.tables import StaticMap, Table
from connector_kit.documents import MASK, Document
from connector_kit.exceptions import code_in
from connector_kit.extension.authoring.settings import ON_CHANGE, OPTIONS, named
from connector_kit.forms import Option
from connector_kit.lifecycle import authors
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.sessions import recorded
from connector_kit.lifecycle.settings.declared import authors_settings, release_of, sets_of
from connector_kit.lifecycle.situations import text_option
from connector_kit.logs import Event
from connector_kit.models import Connector

CurrentOptions = Callable[..., Any]
"""Returns the current options, for a column if one is given."""

logger = logging.getLogger(__name__)


def refresh_metadata(connector: Connector, options: Document) -> Any:
    """Return what the field named in *options* offers now; ``settings/refreshMetadata``.

    Raises `LifecycleError` ``field_unknown`` or ``not_refreshable``.
    """
    name = text_option(options, "fieldName")
    if not name and (import_id := text_option(options, "_importId")):
        raise _not_refreshable(f"the import {import_id}'s fields")
    installation = recorded(connector, options)
    sets = sets_of(installation, release_of(installation))
    own = next((own for own in sets if name in own.by_wire_name()), None)
    if own is None:
        raise LifecycleError(
            "field_unknown",
            f"The settings page has no field {name!r}. Reload the page.",
        )
    compiled = own.by_wire_name()[name]
    setting = authors_settings(connector).get(compiled.name)
    if setting is None:
        raise _not_refreshable(name)
    opts = options.get("opts")
    has_value = "fieldValue" in options or (isinstance(opts, Mapping) and "fieldValue" in opts)
    if setting.on_change is not None and has_value:
        news = authors.call(connector.class_path, named(compiled.name, ON_CHANGE), options)
        return _changed(news, own)
    column = text_option(options, "columnName") or text_option(options, "type")
    current = partial(options_of, connector, compiled.name, options=options)
    return _refreshed(name, setting, current, column)


def named_options(
    connector: Connector, own: StoreSettings, sent: Mapping[str, Any], options: Document
) -> dict[str, list[Option]]:
    """Return the options that functions of changed fields name, by setting, for what is *sent*.

    A function that fails, as it may without a token for the account, names none.
    """
    declared = authors_settings(connector)
    found: dict[str, list[Option]] = {}
    for wire_name, compiled in own.by_wire_name().items():
        setting = declared.get(compiled.name)
        if not compiled.posts_back or setting is None or setting.on_change is None:
            continue
        value = sent.get(wire_name, sent.get(compiled.name, own.values[compiled.name]))
        about = {**options, "fieldName": wire_name, "fieldValue": value}
        try:
            on_change = named(compiled.name, ON_CHANGE)
            changed = dict(authors.call(connector.class_path, on_change, about))
        except Exception as error:  # noqa: BLE001  whatever an author's function raises
            fields = [("setting", compiled.name), ("error", code_in(error))]
            logger.info(Event("noOptionsNamed", fields))
            continue
        for name, news in changed.items():
            if isinstance(news, Mapping) and news.get("options") is not None:
                pairs = option_pairs(news["options"])
                found.setdefault(name, []).extend(Option(key, text) for key, text in pairs)
    return found


def options_of(connector: Connector, setting: str, side: str = "", *, options: Document) -> Any:
    """Return the pairs of value and label that the author's function returns for *setting*."""
    return authors.call(connector.class_path, named(setting, OPTIONS, side), options)


def _changed(named_fields: Any, own: StoreSettings) -> list[Document]:
    """The metadata of the fields that a change affects, by their names on the page."""
    changed = []
    for name, news in dict(named_fields or {}).items():
        setting = own.settings.get(name)
        if setting is None:
            continue
        value = MASK if setting.is_secret and own.values[name] else own.values[name]
        field = with_value(setting.field, value)
        metadata = {"options": field.get("options"), "value": value_in(field), **news}
        if news.get("options") is not None:
            metadata["options"] = _pairs(news["options"])
        changed.append({**field, **metadata, "name": own.wire_name(name)})
    return changed


def _refreshed(name: str, setting: Setting, current: CurrentOptions, column: str) -> Document:
    functions = setting.functions()
    if isinstance(setting, StaticMap):
        sides = [column] if column else list(functions)
        if sides and functions.keys() >= set(sides):
            return {side: text_items(current(side)) for side in sides}
    elif isinstance(setting, Table):
        if functions and (not column or column in functions):
            columns = [
                {**declared.to_json(), "options": text_items(current(declared.id))}
                if callable(declared.options) and column in ("", declared.id)
                else declared.to_json()
                for declared in setting.columns
            ]
            return {"optionsMap": columns}
    elif "" in functions:
        return {"options": _pairs(current())}
    raise _not_refreshable(f"{name} {column}".strip())


def _pairs(options: Any) -> list[list[Any]]:
    return [list(pair) for pair in option_pairs(options)]


def items(options: Any) -> list[Document]:
    """Return options as form metadata has them."""
    return [{"items": label_items(options)}]


def _not_refreshable(name: str) -> LifecycleError:
    return LifecycleError(
        "not_refreshable",
        f"The connector has no function that provides options for {name}. Its author can give the "
        "setting options=<function> or write a refreshMetadata function.",
    )
