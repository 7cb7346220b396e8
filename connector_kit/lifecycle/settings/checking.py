"""Whether values may be set in an installation: one check for all sources of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.utils import timezone

from connector_kit.blueprint.settings.configuring import StoreSettings
from connector_kit.blueprint.settings.judging import Judged, judge
from connector_kit.blueprint.settings.schema import Schema
from connector_kit.blueprint.settings.values import of_store, with_store
from connector_kit.forms import Errors
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.settings.declared import release_of, sets_of, validators_of
from connector_kit.lifecycle.settings.refreshing import named_options
from connector_kit.models import Installation

NOT_ON_PAGE = "There is no such field"

MAXIMUM_NAMES = 20
"""How many invalid fields a message names."""


class SettingsRefused(LifecycleError):
    """Values may not be set; *errors* has the messages by field."""

    def __init__(self, errors: Errors) -> None:
        named = [f"{name}: {'; '.join(messages)}" for name, messages in errors.items()]
        more = len(named) - MAXIMUM_NAMES
        shown = named[:MAXIMUM_NAMES] + ([f"and {more} more fields"] if more > 0 else [])
        super().__init__("invalid_settings", f"{'. '.join(shown)}.")
        self.errors = errors


@dataclass(frozen=True)
class Checked:
    """*settings* is the installation's new record; *values* are the accepted ones of those sent.

    Both are by store first in a multi-store installation. With *errors* nothing may be saved;
    *store_errors* are by store id, "" in an installation without stores.
    """

    settings: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    store_errors: dict[str, Errors] = field(default_factory=dict)

    @property
    def errors(self) -> Errors:
        """The errors of all stores, by name on the page."""
        merged: Errors = {}
        for errors in self.store_errors.values():
            merged |= errors
        return merged


def check_settings(
    installation: Installation, values: Mapping[str, Any], options: Mapping[str, Any] | None = None
) -> Checked:
    """Check *values*: by name, in a multi-store installation by store id first.

    Names are those of the page or of the declaration; one that is neither is an error. *options*
    are those of the call with the values, for functions that may have named further options.
    """
    release = release_of(installation)
    schema = release.blueprint().schema
    by_store = {own.store: own for own in sets_of(installation, release)}
    settings = dict(installation.settings)
    accepted: dict[str, Any] = {}
    errors: dict[str, Errors] = {}
    for store, sent in [(None, values)] if None in by_store else values.items():
        own, name = by_store.get(store), store or ""
        if own is None:
            stores = ", ".join(map(str, by_store))
            errors[name] = {name: [f"There is no such store; there are {stores}"]}
            continue
        if not isinstance(sent, Mapping):
            errors[name] = {name: ["The values of a store must be an object, by field"]}
            continue
        judged = _judged(installation, schema, own, sent, options or {})
        unknown = {word: [NOT_ON_PAGE] for word in judged.unknown}
        errors[name] = {**judged.errors, **unknown}
        settings = with_store(settings, store, judged.stored)
        accepted = with_store(accepted, store, judged.values)
    return Checked(settings, accepted, errors)


def places_of(installation: Installation, values: Mapping[str, Any]) -> dict[str, str]:
    """Where *values* holds what `check_settings` names: a dotted path by name on the page.

    In a multi-store installation the page has other names than *values*, which are by store.
    """
    places: dict[str, str] = {}
    for own in sets_of(installation, release_of(installation)):
        if own.store is None:
            continue
        sent = values.get(own.store)
        by_wire_name = own.by_wire_name()
        for word in sent if isinstance(sent, Mapping) else ():
            setting = by_wire_name.get(word) or own.settings.get(word)
            name = own.wire_name(setting.name) if setting else word
            places[name] = f"{own.store}.{word}"
        for name in own.settings:
            places.setdefault(own.wire_name(name), f"{own.store}.{name}")
    return places


def _judged(
    installation: Installation,
    schema: Schema,
    own: StoreSettings,
    sent: Mapping[str, Any],
    options: Mapping[str, Any],
) -> Judged:
    """Check again with the options that functions name, if there are errors without them."""
    judging = partial(
        judge,
        schema,
        own,
        of_store(installation.settings, own.store),
        sent,
        validators=validators_of(installation.connector, own.settings),
        today=timezone.now().date(),
    )
    judged = judging()
    call = {"_integrationId": installation.integration_id, "opts": installation.opts, **options}
    if judged.errors and (offered := named_options(installation.connector, own, sent, call)):
        return judging(offered=offered)
    return judged
