"""Fields of a page that the kit did not write: saved on the page, without any effect.

Older versions of a connector, or functions of its author, may have put them there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector_kit.blueprint import INTEGRATION
from connector_kit.blueprint.settings.configuring import StoreSettings
from connector_kit.blueprint.settings.pages import with_value
from connector_kit.documents import MASK, Document
from connector_kit.forms import Errors, SettingsPages, StorePage, typed, validate
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.update import write_installation
from connector_kit.plan import FieldChange, Plan, Update

Values = dict[str, Any]


@dataclass
class Parted:
    """What was sent: *own*, by store first where there are stores, is for declared settings.

    *foreign* is by store id, empty in an installation without, and *errors* say what is wrong
    with it.
    """

    own: Values
    foreign: dict[str, Values] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)


def parted(values: Values, page: SettingsPages, sets: Iterable[StoreSettings]) -> Parted:
    """Split *values* into those of declared settings and those of other fields of the *page*."""
    known = {own.store or "": {*own.by_wire_name(), *own.settings} for own in sets}
    found = Parted({})
    if not page.is_multi_store:
        found.own = _part(values, page.stores[0], known.get("", set()), found)
        return found
    for store, sent in values.items():
        store_page = page.store(store)
        found.own[store] = (
            _part(sent, store_page, known.get(store, set()), found)
            if store_page is not None and isinstance(sent, dict)
            else sent
        )
    return found


def write_foreign(foreign: Mapping[str, Values], work: Work, account: Account) -> None:
    """Write *foreign* values into the page, as a recorded change."""
    component = work.journal.applied.get(INTEGRATION, work.blueprint.integration)
    account.read_integration()
    before = account.integration
    document, changes = before, []
    for store, values in foreign.items():
        settings, found = _with_values(document["settings"], store, values)
        document = {**document, "settings": settings}
        changes += [
            FieldChange(f"settings.fields[name={name}].value", *item)
            for name, item in found.items()
        ]
    if document == before:
        return
    step = Update(component, account.integration_id, document, tuple(changes), before)
    write_installation(account, Plan((step,)), {}, work.journal)
    work.journal.record(step, account.integration_id)


def _part(sent: Values, page: StorePage, known: set[str], found: Parted) -> Values:
    own = {name: value for name, value in sent.items() if name in known}
    shown_only: set[str] = set()  # labels, and secrets that come back as they were shown
    for form in page.forms():
        fields = form.fields.values()
        shown_only |= {form_field.name for form_field in fields if not form_field.type.has_value}
        shown_only |= {
            form_field.name
            for form_field in fields
            if form_field.is_secret and sent.get(form_field.name) in (MASK, "")
        }
        others = {
            form_field.name: sent[form_field.name]
            for form_field in fields
            if form_field.name in sent
            and form_field.name not in known
            and form_field.type.has_value
            and form_field.name not in shown_only
        }
        if others:
            read = typed(form, sent)
            wrong = validate(form, read)
            found.errors |= {name: wrong[name] for name in others if name in wrong}
            found.foreign.setdefault(page.id, {}).update({name: read[name] for name in others})
    others_of_store = found.foreign.get(page.id, {})
    strangers = sent.keys() - own.keys() - others_of_store.keys() - shown_only
    return own | {name: sent[name] for name in strangers}


def _with_values(
    settings: Document, store: str, values: Values
) -> tuple[Document, dict[str, tuple[Any, Any]]]:
    """Return the settings document with *values* in its fields, and what these held before."""
    found: dict[str, tuple[Any, Any]] = {}

    def filled(value: Any, *, is_field: bool = False) -> Any:
        if isinstance(value, list):
            return [filled(item, is_field=is_field) for item in value]
        if not isinstance(value, dict):
            return value
        name = value.get("name")
        if is_field and isinstance(name, str) and name in values:
            found[name] = (value.get("value"), values[name])
            return with_value(value, values[name])
        return {
            key: filled(item, is_field=key in ("fields", "settings"))
            if key in ("fields", "settings", "sections", "flows")
            else item
            for key, item in value.items()
        }

    def of_store(value: Any) -> Any:
        if not store or not isinstance(value, list):
            return filled(value)
        return [
            filled(item) if isinstance(item, dict) and item.get("id") == store else item
            for item in value
        ]

    filled_pages: Document = {
        key: of_store(settings[key]) for key in ("general", "sections") if key in settings
    }
    return {**settings, **filled_pages}, found
