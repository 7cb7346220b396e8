"""Which control a field gets, and how its value goes into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from connector_kit.documents import MASK
from connector_kit.forms import Column, Field, FieldState, FieldType, field_types
from connector_kit.forms.dates import iso_date, iso_moment
from connector_kit.forms.field_types import EDITOR, TEXT, TEXTAREA
from connector_kit.forms.values import is_true, plain, text_of
from settings_ui.forms import widgets

CHECKBOXES_AT_MOST = 15
"""Options of a multiple choice that are shown as checkboxes; more of them go into a list."""


def control(field: Field, state: FieldState, value: Any, *, more: int = 1) -> forms.Field:
    """Return the form field that shows *value* for *field*; *more* empty rows where it has rows.

    It demands nothing: whether a value may be saved is decided elsewhere, for all fields together.
    """
    if field.is_secret:
        widget: forms.Widget = widgets.SecretText(is_long=field.type in (TEXTAREA, EDITOR))
    else:
        widget = _control_of(field).widget(field, value, more)
    is_group = isinstance(widget, widgets.Rows | widgets.MatchRules)
    attributes = {
        "placeholder": field.placeholder if not is_group else "",
        "disabled": state.disabled,
        "aria-required": "true" if state.required and not is_group else "",
        "maxlength": field.maximum_length if field.type is TEXT else None,
        "label": field.label if is_group else "",
    }
    widget.attrs |= {
        name: item for name, item in attributes.items() if item not in ("", None, False)
    }
    return forms.Field(
        required=False,
        widget=widget,
        label=field.label or field.name,
        help_text=field.help,
        disabled=False,
        initial=shown_value(field, value),
    )


def shown_value(field: Field, value: Any) -> Any:
    """Return *value* as the control of *field* takes it."""
    if field.is_secret:
        return "" if value in (None, "") else MASK  # whether there is one, and not which
    return _control_of(field).shown(field, value)


def _several(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    choices = _choices(field, value)
    if len(choices) <= CHECKBOXES_AT_MOST:
        return forms.CheckboxSelectMultiple(choices=choices)
    return forms.SelectMultiple({"size": 10}, choices=choices)


def _date(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    is_readable = not value or iso_date(str(value)) is not None
    return forms.DateInput({"type": "date"} if is_readable else {})


def _moment(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    if value and iso_moment(str(value)) is None:
        return forms.TextInput()
    return widgets.LocalMoment({"step": 1})


def _file(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    mode = field.raw.get("mode")
    accept = f".{mode}" if isinstance(mode, str) and mode.isalnum() else None
    return widgets.Upload({"accept": accept} if accept else None)


def _editor(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    is_structured = isinstance(field.start, dict | list)
    attributes = {"rows": 10, "spellcheck": "false", "class": "code"}
    return widgets.JsonText(attributes, is_structured=is_structured)


def _table(field: Field, value: Any, more: int) -> forms.Widget:
    """A table of the columns that the document names; where it names none, of those in its rows."""
    columns = field.columns
    if not columns:
        rows = value if isinstance(value, list) else []
        names = dict.fromkeys(str(key) for row in rows if isinstance(row, dict) for key in row)
        columns = tuple(Column(name, name) for name in names or ("key", "value"))
    return widgets.Rows(columns, more=more)


def _choices(field: Field, value: Any) -> list[tuple[str, str]]:
    """The options, and what is chosen although it is none of them: it must not get lost."""
    listed = [(text_of(option.value), option.label) for option in field.options]
    known = {text for text, _ in listed}
    chosen = value if isinstance(value, list | tuple) else [value]
    strays = [text_of(plain(item)) for item in chosen if plain(item) not in (None, "")]
    labels = {
        text_of(plain(document)): document.get("label")
        for document in chosen
        if isinstance(document, dict)
    }
    return [
        *listed,
        *((text, str(labels.get(text) or text)) for text in strays if text not in known),
    ]


def _as_text(field: Field, value: Any) -> Any:
    if isinstance(value, list):
        delimiter = field.raw.get("delimiter")
        return (delimiter if isinstance(delimiter, str) else ",").join(map(text_of, value))
    return value if value is None or isinstance(value, str) else text_of(value)


def _as_choice(field: Field, value: Any) -> Any:  # noqa: ARG001
    found = plain(value)
    return "" if found is None else text_of(found)


def _as_choices(field: Field, value: Any) -> Any:
    delimiter = field.raw.get("valueDelimiter")
    if isinstance(value, str) and isinstance(delimiter, str) and delimiter:
        value = value.split(delimiter)
    chosen = value if isinstance(value, list | tuple) else [] if value in (None, "") else [value]
    return [text_of(plain(item)) for item in chosen]


@dataclass(frozen=True)
class _Control:
    """The *widget* for the fields of a type, and the value in the form that it takes."""

    widget: Callable[[Field, Any, int], forms.Widget]
    shown: Callable[[Field, Any], Any] = lambda _, value: value


_MAP = (Column("extract", "Extract"), Column("generate", "Generate"))
_RELATED = (
    Column("sObjectType", "Object"),
    Column("parentField", "Parent field"),
    Column("referencedFields", "Fields"),
    Column("filter", "Filter"),
    Column("orderBy", "Order by"),
)
"""What a related list of Salesforce has (protocol/settings-forms.md#16-field-types)."""

_CONTROLS: Mapping[type[FieldType], _Control] = {
    field_types.FieldType: _Control(lambda *_: forms.TextInput()),
    field_types.Text: _Control(lambda *_: forms.TextInput(), _as_text),
    field_types.TextArea: _Control(lambda *_: forms.Textarea({"rows": 6}), _as_text),
    # Text that only looks like a number must stay visible, and would not in a number input.
    field_types.Number: _Control(lambda *_: forms.TextInput({"inputmode": "decimal"}), _as_text),
    field_types.Checkbox: _Control(
        lambda *_: forms.CheckboxInput(), lambda _, value: is_true(value)
    ),
    field_types.Select: _Control(
        lambda field, value, _: forms.Select(choices=[("", "Choose …"), *_choices(field, value)]),
        _as_choice,
    ),
    field_types.Radio: _Control(
        lambda field, value, _: forms.RadioSelect(choices=_choices(field, value)), _as_choice
    ),
    field_types.MultiSelect: _Control(_several, _as_choices),
    field_types.Date: _Control(
        _date, lambda _, value: (iso_date(str(value)) or str(value))[:10] if value else value
    ),
    field_types.DateTime: _Control(
        _moment, lambda _, value: (iso_moment(str(value)) or str(value)) if value else value
    ),
    field_types.File: _Control(_file),
    field_types.Editor: _Control(_editor),
    field_types.Expression: _Control(_editor),
    field_types.Names: _Control(lambda *_: widgets.Lines({"rows": 6, "spellcheck": "false"})),
    field_types.StaticMap: _Control(
        lambda field, _, more: widgets.Map(field.columns or _MAP, more=more)
    ),
    field_types.Table: _Control(_table),
    field_types.Xml: _Control(lambda field, _, more: widgets.PathAndRows(field.columns, more=more)),
    field_types.Matching: _Control(lambda *_: widgets.MatchRules()),
    field_types.Related: _Control(lambda _field, _value, more: widgets.Rows(_RELATED, more=more)),
}
"""By type of field; one that is not listed is shown as the type that it is derived from."""


def _control_of(field: Field) -> _Control:
    return next(_CONTROLS[kind] for kind in type(field.type).__mro__ if kind in _CONTROLS)
