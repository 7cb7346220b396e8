"""Whether requested settings are valid, and what is on record afterwards. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connector_kit.blueprint.settings.configuring import StoreSettings
from connector_kit.blueprint.settings.pages import CONTENT, DELIMITER, without_content
from connector_kit.blueprint.settings.schema import Schema
from connector_kit.documents import MASK, Json, shows_mask
from connector_kit.documents.redaction import redacted
from connector_kit.forms import Errors, Field, FieldState, Form, Option, state_of
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
    form = _form(schema, own, offered or {})
    given, unknown = _named(own, form, _with_lists(form, own, sent))
    unstorable = {name: words for name, value in given.items() if (words := flaw_of(value))}
    named = {name: value for name, value in given.items() if name not in unstorable}
    before = {name: own.values[name] for name in own.settings}
    wanted = before | {
        field.name: typed(form, {field.name: named[field.name]})[field.name]
        for field in form.fields.values()
        if field.name in named
    }
    states = state_of(form, wanted)
    changing = {
        field.name
        for field in form.fields.values()
        if field.name in named and _may_change(form, field, states[field.id])
    }
    after = {name: wanted[name] if name in changing else before[name] for name in wanted}
    judged = {*named, *_dependents(form, named)}
    wrong = validate(_asked(form), after, today=today)
    found = {name: wrong[name] for name in own.settings if name in wrong and name in judged}
    found |= _authors(validators or {}, after, judged - found.keys())
    found |= {name: [words] for name, words in unstorable.items()}
    changed = {name: after[name] for name in changing if after[name] != before[name]}
    return Judged(
        values={own.wire_name(name): without_content(after[name]) for name in named},
        stored={**stored, **changed},
        errors={own.wire_name(name): messages for name, messages in found.items()},
        unknown=unknown,
    )


def with_content(value: Json, content: str, delimiter: str) -> Json:
    """Return the *value* of a file together with its text, as it came with the call."""
    return {**value, CONTENT: content, DELIMITER: delimiter} if isinstance(value, dict) else value


def _named(
    own: StoreSettings, form: Form, sent: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """*sent* by the names of settings, and what has no such name.

    The platform's pages send all fields of a form, including labels, which have no value.
    """
    by_wire_name = own.by_wire_name()
    shown_only = {field.name for field in form.fields.values() if not field.type.has_value}
    named: dict[str, Any] = {}
    unknown = []
    for name, value in sent.items():
        setting = by_wire_name.get(name) or own.settings.get(name)
        if setting is None:
            unknown.append(name)
        elif setting.name not in shown_only:
            field = form.named(setting.name)
            before = own.values[setting.name]
            named[setting.name] = _kept_as_shown(value, before, name, field)
    return named, tuple(unknown)


_WAYS = ("added", "removed")
"""How a list changes, in the names of what is sent of it."""


def change_names(form: Form) -> set[str]:
    """The names under which changes of a list come instead of the list.

    ``useChangesAsValues`` has ``<name>_added`` and ``<name>_removed`` sent
    (protocol/settings-forms.md#42-fieldmap).
    """
    lists = (field.name for field in form.fields.values() if field.raw.get("useChangesAsValues"))
    return {f"{name}_{ending}" for name in lists for ending in _WAYS}


def _with_lists(form: Form, own: StoreSettings, sent: Mapping[str, Any]) -> dict[str, Any]:
    """*sent* with the whole list of every field of which only the changes came."""
    whole = dict(sent)
    for field in form.fields.values():
        name = own.wire_name(field.name)
        came = any(f"{name}_{way}" in sent for way in _WAYS)
        if came and field.raw.get("useChangesAsValues"):
            added, removed = (_items(whole.pop(f"{name}_{way}", None)) for way in _WAYS)
            kept = [item for item in _items(own.values[field.name]) if item not in removed]
            whole[name] = [*kept, *(item for item in added if item not in kept)]
    return whole


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _kept_as_shown(value: Any, before: Json, name: str, field: Field | None) -> Any:
    """Values sent back as they were shown stay: a file with its text, a secret behind its mask.

    The kit's own pages show a secret as empty; None clears it.
    """
    if field is not None and field.is_secret and value in (MASK, ""):
        return before
    has_content = isinstance(before, dict) and CONTENT in before
    if has_content and value == without_content(before):
        return before
    return before if shows_mask(value) and value == redacted(before, name) else value


def _form(schema: Schema, own: StoreSettings, offered: Mapping[str, Sequence[Option]]) -> Form:
    fields = {
        name: replace(
            item,
            value=own.values[item.name],
            options=(*item.options, *offered.get(item.name, ())),
        )
        for name, item in schema.form.fields.items()
        if item.name in own.settings
    }
    return Form(fields)


def _asked(form: Form) -> Form:
    """*form* after asking every function: options that it has not named are not offered."""
    return Form({name: replace(item, posts_back=False) for name, item in form.fields.items()})


def _may_change(form: Form, field: Field, state: FieldState) -> bool:
    """Whether a value is accepted: for a disabled field, only when a function may set it."""
    return state.is_shown and (not state.disabled or form.may_refresh(field))


def _dependents(form: Form, names: Iterable[str]) -> Iterator[str]:
    """The fields whose state depends on one of those called *names*."""
    wanted = set(names)
    for field in form.fields.values():
        rulings = (field.visible, field.required, field.disabled, field.removed)
        if any(wanted & set(ruling.fields()) for ruling in rulings):
            yield field.name


def _authors(validators: Validators, values: Mapping[str, Json], names: Iterable[str]) -> Errors:
    """The errors that the author's functions find in otherwise valid values."""
    errors: Errors = {}
    for name in names:
        if name in validators:
            said = validators[name](values[name], values)
            messages = [said] if isinstance(said, str) else list(said or ())
            if messages:
                errors[name] = messages
    return errors
