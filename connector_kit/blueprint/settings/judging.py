"""Whether requested settings are valid, and what is on record afterwards. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connector_kit.blueprint.settings.configuring import StoreSettings
from connector_kit.blueprint.settings.pages import CONTENT, DELIMITER, without_content
from connector_kit.blueprint.settings.schema import Schema
from connector_kit.documents import MASK, Json, shows_mask
from connector_kit.documents.redaction import redacted
from connector_kit.forms import Errors, Field, Form, Option, state_of
from connector_kit.forms.cleaning import typed
from connector_kit.forms.validation import validate
from connector_kit.storable import flaw_of

Validators = Mapping[str, Callable[[Any, Mapping[str, Any]], "str | Iterable[str] | None"]]
"""The author's functions that validate, by setting."""


@dataclass(frozen=True)
class Judged:
    """The result of the values sent for one store.

    *values* are the new values of the settings that were sent, by the names on the page; *stored*
    is the store's new record, and *errors* say by those names what is wrong. *unknown* are names
    that the page does not have.
    """

    values: dict[str, Json]
    stored: dict[str, Json]
    errors: Errors
    unknown: tuple[str, ...] = ()


def judge(
    schema: Schema,
    own: StoreSettings,
    stored: Mapping[str, Json],
    sent: Mapping[str, Any],
    *,
    validators: Validators | None = None,
    today: date | None = None,
    offered: Mapping[str, Sequence[Option]] | None = None,
) -> Judged:
    """Return the result of *sent*, by name (on the page, or as declared), for the store *own*.

    What is hidden or disabled keeps its value, whatever was sent. The values sent are checked, and
    those that depend on them. Only what differs from the values in effect before goes on record, so
    that saving a whole form does not freeze today's defaults. *offered* are options, by setting,
    that a function has named beside those of the page.
    """
    fields = {}
    for id_, field in schema.form.fields.items():
        if (name := field.name) in own.settings:
            options = (*field.options, *(offered or {}).get(name, ()))
            fields[id_] = replace(field, value=own.values[name], options=options)
    form = Form(fields)
    requested, unknown = _by_setting(form, own, sent)
    unstorable = {name: [flaw] for name, value in requested.items() if (flaw := flaw_of(value))}
    requested = {name: value for name, value in requested.items() if name not in unstorable}
    before = {name: own.values[name] for name in own.settings}
    values = typed(form, requested)
    wanted = before | {name: values[name] for name in requested if name in values}
    states = state_of(form, wanted)
    changing: set[str] = set()
    judged = set(requested)
    for field in form.fields.values():
        # A disabled field's value is accepted only when a function may set it.
        state = states[field.id]
        is_settable = state.is_shown and (not state.disabled or form.may_refresh(field))
        if field.name in requested and is_settable:
            changing.add(field.name)
        rulings = (field.visible, field.required, field.disabled, field.removed)
        if any(requested.keys() & set(ruling.fields()) for ruling in rulings):
            judged.add(field.name)
    after = {name: wanted[name] if name in changing else before[name] for name in wanted}
    errors = _errors(form, after, judged, validators or {}, today) | unstorable
    changed = {name: after[name] for name in changing if after[name] != before[name]}
    return Judged(
        values={own.wire_name(name): without_content(after[name]) for name in requested},
        stored={**stored, **changed},
        errors={own.wire_name(name): messages for name, messages in errors.items()},
        unknown=unknown,
    )


def with_content(value: Json, content: str, delimiter: str) -> Json:
    """Return the *value* of a file together with its text, as it came with the call."""
    return {**value, CONTENT: content, DELIMITER: delimiter} if isinstance(value, dict) else value


_WAYS = ("added", "removed")
"""How a list changes, in the names of what is sent of it."""


def change_names(form: Form) -> set[str]:
    """The names under which changes of a list come instead of the list.

    ``useChangesAsValues`` has ``<name>_added`` and ``<name>_removed`` sent
    (protocol/settings-forms.md#42-fieldmap).
    """
    lists = (field.name for field in form.fields.values() if field.raw.get("useChangesAsValues"))
    return {f"{name}_{ending}" for name in lists for ending in _WAYS}


def _by_setting(
    form: Form, own: StoreSettings, sent: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return *sent* by the names of settings, and what has no such name."""
    # Where only the changes of a list came, the whole list is meant.
    whole = dict(sent)
    for field in form.fields.values():
        name = own.wire_name(field.name)
        has_changes = any(f"{name}_{way}" in sent for way in _WAYS)
        if has_changes and field.raw.get("useChangesAsValues"):
            added, removed = (_items(whole.pop(f"{name}_{way}", None)) for way in _WAYS)
            kept = [item for item in _items(own.values[field.name]) if item not in removed]
            whole[name] = [*kept, *(item for item in added if item not in kept)]

    by_wire_name = own.by_wire_name()
    # The platform's pages send all fields of a form, including labels, which have no value.
    labels = {field.name for field in form.fields.values() if not field.type.has_value}
    by_setting: dict[str, Any] = {}
    unknown = []
    for name, value in whole.items():
        setting = by_wire_name.get(name) or own.settings.get(name)
        if setting is None:
            unknown.append(name)
        elif setting.name not in labels:
            before = own.values[setting.name]
            is_kept = _is_as_shown(value, before, name, form.named(setting.name))
            by_setting[setting.name] = before if is_kept else value
    return by_setting, tuple(unknown)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_as_shown(value: Any, before: Json, name: str, field: Field | None) -> bool:
    """Whether a value came back as it was shown: a file without its text, a secret as its mask.

    The kit's own pages show a secret as empty; None clears it.
    """
    if field is not None and field.is_secret and value in (MASK, ""):
        return True
    has_content = isinstance(before, dict) and CONTENT in before
    if has_content and value == without_content(before):
        return True
    return shows_mask(value) and value == redacted(before, name)


def _errors(
    form: Form,
    values: Mapping[str, Json],
    names: set[str],
    validators: Validators,
    today: date | None,
) -> Errors:
    """Return what is wrong with the *values* of settings called *names*."""
    # Every function has been asked: options that it has not named are not offered.
    final = Form({id_: replace(field, posts_back=False) for id_, field in form.fields.items()})
    wrong = validate(final, values, today=today)
    errors = {name: wrong[name] for name in values if name in wrong and name in names}
    for name in names - errors.keys():  # authors' functions get only what is valid otherwise
        if name in validators:
            result = validators[name](values[name], values)
            messages = [result] if isinstance(result, str) else list(result or ())
            if messages:
                errors[name] = messages
    return errors
