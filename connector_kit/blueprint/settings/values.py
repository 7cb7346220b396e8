"""What an installation has set, as recorded, and what applies where it has set nothing.

On record are the settings that the customer changed, by name; in a multi-store installation by
store id first. Whatever is not there has the version's default, also a later version's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector_kit.blueprint.settings.schema import CompiledSetting, Schema
from connector_kit.documents import Json
from connector_kit.forms import state_of

Stored = Mapping[str, Any]
"""Settings as they are on record."""

Granted = Callable[[CompiledSetting, "str | None"], bool]
"""Tells whether an installation, or one of its stores, has a setting."""


def of_store(settings: Stored, store: str | None) -> dict[str, Json]:
    """Return what is on record for *store*, or for an installation without stores."""
    if store is None:
        return dict(settings)
    own = settings.get(store)
    return dict(own) if isinstance(own, Mapping) else {}


def with_store(settings: Stored, store: str | None, values: Mapping[str, Json]) -> dict[str, Any]:
    """Return *settings* with *values* as what is on record for *store*."""
    return dict(values) if store is None else {**settings, store: dict(values)}


def effective(schema: Schema, stored: Stored) -> dict[str, Json]:
    """Return the value of every setting: what is on record, else the default."""
    return {setting.name: stored.get(setting.name, setting.default) for setting in schema.settings}


def written_values(schema: Schema, values: Mapping[str, Json]) -> dict[str, Json]:
    """Return those of *values* that components get: not what is omitted while it is hidden."""
    form = schema.form
    omitting = {setting.name for setting in schema.settings if setting.field.get("omitWhenHidden")}
    hidden = (
        {field.name for field in form.fields.values() if not states[field.id].is_shown}
        if omitting and (states := state_of(form, values))
        else set()
    )
    return {name: value for name, value in values.items() if name not in omitting & hidden}
