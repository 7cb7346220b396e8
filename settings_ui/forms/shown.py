"""A form with its values, as a page shows it and a browser sends it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

from connector_kit.conf import kit
from connector_kit.forms import (
    Box,
    Errors,
    Field,
    FieldState,
    Form,
    state_of,
    submitted,
    typed,
    validate,
)
from connector_kit.forms.field_types import DATETIME, FILE
from connector_kit.installation_settings import MEBIBYTE, in_mebibytes
from settings_ui.forms.controls import control

PREFIX = "f"
"""The prefix of a form's field names; a page of several forms gives each its own."""


@dataclass(frozen=True)
class ShownField:
    """One field of a form, with its control and the state it is in."""

    field: Field
    state: FieldState
    bound: BoundField | None
    """None for text that is only shown."""
    key: str
    """Names it among all fields of the page."""


@dataclass(frozen=True)
class ShownBox:
    """A part of a form's layout."""

    label: str
    style: str
    is_open: bool
    fields: tuple[ShownField, ...] = ()
    boxes: tuple[ShownBox, ...] = ()


class _Controls(forms.Form):
    """The controls of a form, with errors that come from outside."""

    def __init__(self, prefix: str, messages: Errors) -> None:
        super().__init__(prefix=prefix, auto_id="id_%s", use_required_attribute=False)
        self._messages = messages

    def full_clean(self) -> None:
        """Take the errors as they were found."""
        self._errors = ErrorDict()
        for name, messages in self._messages.items():
            if name in self.fields:
                self._errors[name] = self.error_class(messages)


@dataclass
class ShownForm:
    """*form* as shown, with its errors.

    *values* are typed values by name, *errors* messages by name.
    """

    form: Form
    values: Mapping[str, Any]
    errors: Errors = field(default_factory=dict)
    sample: str | None = None
    """The text of the file that came along."""
    more: str = ""
    """The table that gets further empty rows, as the page names it."""
    is_read_only: bool = False
    prefix: str = PREFIX
    baseline: Mapping[str, Any] | None = None
    """The values that count as unchanged; by default those of the form itself."""
    _controls: _Controls = field(init=False, repr=False)
    _states: Mapping[str, FieldState] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._states = state_of(self.form, self.values)
        self._controls = _Controls(self.prefix, self.errors)
        for form_field in self.form.fields.values():
            if form_field.type.has_value and form_field.name not in self._controls.fields:
                more = 3 if self.more and self.more == f"{self.prefix}-{form_field.name}" else 1
                value, state = self.values.get(form_field.name), self._states[form_field.id]
                form_control = control(form_field, state, value, more=more)
                if self.is_read_only:
                    form_control.widget.attrs["disabled"] = True
                self._controls.fields[form_field.name] = form_control

    @property
    def layout(self) -> ShownBox:
        """The form's layout, with its fields in it."""
        return self._box(self.form.layout, is_open=True)

    @property
    def saved(self) -> dict[str, Any]:
        """The values as they are saved; of secrets only those that were changed."""
        secret = {
            form_field.name for form_field in self.form.fields.values() if form_field.is_secret
        }
        values = submitted(self.form, self.values)
        return {k: v for k, v in values.items() if k not in secret} | self.changed_secrets

    @property
    def is_touched(self) -> bool:
        """Whether anything would be saved that is not stored yet."""
        return self.sample is not None or dict(self.values) != self.form.values()

    @property
    def was(self) -> str:
        """The digests of what each field sends back when it is left unchanged, as JSON."""
        baseline = self.form.values() if self.baseline is None else self.baseline
        secret = {
            form_field.name for form_field in self.form.fields.values() if form_field.is_secret
        }
        open_ = {name: value for name, value in baseline.items() if name not in secret}
        return json.dumps({name: _digest(value) for name, value in open_.items()})

    @property
    def changed_secrets(self) -> dict[str, Any]:
        """The secrets that were entered again, by name; None for those to clear."""
        on_record = self.form.values()
        return {
            form_field.name: self.values[form_field.name] or None
            for form_field in self.form.fields.values()
            if form_field.is_secret and self.values[form_field.name] != on_record[form_field.name]
        }

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """Every error: the id of its control, what the field is called, the message."""
        summary = []
        for name, messages in self.errors.items():
            form_field = self.form.named(name)
            label = form_field.label if form_field else name
            has_control = name in self._controls.fields
            id_ = str(self._controls[name].auto_id) if has_control else ""
            summary += [(id_, label, message) for message in messages]
        return summary

    @property
    def has_files(self) -> bool:
        """Whether a browser must send files."""
        return any(form_field.type is FILE for form_field in self.form.fields.values())

    def states(self) -> dict[str, dict[str, bool]]:
        """The state of every field by its key, for a script that shows and hides them."""
        return {
            self._key(identity): {
                "shown": state.is_shown,
                "required": state.required,
                "disabled": state.disabled or self.is_read_only,
            }
            for identity, state in self._states.items()
        }

    def _key(self, identity: str) -> str:
        return f"{self.prefix}-{identity}"

    def _box(self, box: Box, *, is_open: bool) -> ShownBox:
        fields = []
        for name in box.fields:
            item = self.form.fields[name]
            bound = self._controls[item.name] if item.name in self._controls.fields else None
            fields.append(ShownField(item, self._states[item.id], bound, self._key(item.id)))
        has_errors = any(self.form.fields[name].name in self.errors for name in box.shown())
        return ShownBox(
            label=box.label,
            style=box.style,
            is_open=is_open or has_errors,
            fields=tuple(fields),
            boxes=tuple(self._box(item, is_open=not item.is_collapsed) for item in box.boxes),
        )


def show(form: Form, values: Mapping[str, Any] | None = None, **how: Any) -> ShownForm:
    """Return *form* as it is opened, with *values* over those that it has itself."""
    return ShownForm(form, {**form.values(), **(values or {})}, **how)


def read(
    form: Form,
    data: MultiValueDict[str, str],
    files: Mapping[str, Any] | None = None,
    *,
    prefix: str = PREFIX,
    was: str = "",
    **how: Any,
) -> ShownForm:
    """Return *form* with what a browser sent, and everything that is wrong with that.

    Disabled fields keep their values, whatever was sent for them. *was* holds the digests that were
    shown: a field that was not changed since then gets the value that is stored now, so that a page
    that was open for a long time does not overwrite what someone else has saved meanwhile.
    """
    files = files or {}
    raw: dict[str, Any] = {}
    for name, form_control in show(form, prefix=prefix)._controls.fields.items():  # noqa: SLF001 - its own
        key = f"{prefix}-{name}"
        if not form_control.widget.value_omitted_from_data(data, files, key):
            value = form_control.widget.value_from_datadict(data, files, key)
            raw[name] = _with_time_zone(form.named(name), value)
    values, on_record = typed(form, raw), form.values()
    states = state_of(form, values)
    disabled = {
        form_field.name
        for form_field in form.fields.values()
        if form_field.type.has_value and states[form_field.id].disabled
    }
    values |= {name: on_record[name] for name in _untouched(values, was) | disabled}

    errors, sample, limit = {**validate(form, values)}, None, kit().file_mb
    for form_field in form.fields.values():
        file = files.get(f"{prefix}-{form_field.name}")
        if form_field.type is not FILE or file is None:
            continue
        if file.size > limit * MEBIBYTE:
            size = in_mebibytes(file.size)
            errors[form_field.name] = [f"{file.name} is {size} MB; the limit is {limit} MB"]
        if sample is None:
            sample = file.read(limit * MEBIBYTE).decode("utf-8", "replace")
    return ShownForm(form, values, errors=errors, sample=sample, prefix=prefix, **how)


def _untouched(values: Mapping[str, Any], was: str) -> set[str]:
    """The names of *values* that are what the page showed, by its digests."""
    try:
        digests = json.loads(was or "{}")
    except ValueError:
        return set()
    if not isinstance(digests, dict):
        return set()
    return {name for name in values if digests.get(name) == _digest(values[name])}


def _digest(value: Any) -> str:
    """A few characters by which a value is known again."""
    text = json.dumps(value, sort_keys=True, default=str)
    return blake2s(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _with_time_zone(form_field: Field | None, value: Any) -> Any:
    """Restore the seconds and time zone that the browser's date-time control does not send."""
    if form_field is None or form_field.type is not DATETIME or not isinstance(value, str):
        return value
    before = str(form_field.start or "")
    if value and before.startswith(value):
        return before
    if "T" not in value or len(value) not in (16, 19):
        return value
    return f"{value}{':00' if len(value) == 16 else ''}.000Z"
