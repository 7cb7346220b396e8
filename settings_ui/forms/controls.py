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

_RELATED = (
    ("sObjectType", "Object"),
    ("parentField", "Parent field"),
    ("referencedFields", "Fields"),
    ("filter", "Filter"),
    ("orderBy", "Order by"),
)
"""What a related list of Salesforce has (protocol/settings-forms.md#16-field-types)."""


def control(field: Field, state: FieldState, value: Any, *, more: int = 1) -> forms.Field:
    """Return the form field that shows *value* for *field*; *more* empty rows where it has rows.

    It demands nothing: whether a value may be saved is decided elsewhere, for all fields together.
    """
    shows = _secret if field.is_secret else _control_of(field).widget
    widget = shows(field, value, more)
    widget.attrs |= _attributes(field, state, widget)
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


def _attributes(field: Field, state: FieldState, widget: forms.Widget) -> dict[str, Any]:
    is_group = isinstance(widget, widgets.Rows | widgets.MatchRules)
    given: dict[str, Any] = {
        "placeholder": field.placeholder if not is_group else "",
        "disabled": state.disabled,
        "aria-required": "true" if state.required and not is_group else "",
        "maxlength": field.maximum_length if field.type is TEXT else None,
        "label": field.label if is_group else "",
    }
    return {name: item for name, item in given.items() if item not in ("", None, False)}


def _line(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    return forms.TextInput()


def _secret(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    is_long = field.type in (TEXTAREA, EDITOR)
    return widgets.SecretText(is_long=is_long)


def _number(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    """Text that only looks like a number must stay visible, and would not in a number input."""
    return forms.TextInput({"inputmode": "decimal"})


def _lines(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    return forms.Textarea({"rows": 6})


def _checkbox(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    return forms.CheckboxInput()


def _radio(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    return forms.RadioSelect(choices=_choices(field, value))


def _select(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    return forms.Select(choices=[("", "Choose …"), *_choices(field, value)])


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


def _names(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    return widgets.Lines({"rows": 6, "spellcheck": "false"})


def _map(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    columns = field.columns or (Column("extract", "Extract"), Column("generate", "Generate"))
    return widgets.Map(columns, more=more)


def _table(field: Field, value: Any, more: int) -> forms.Widget:
    return widgets.Rows(field.columns or _columns_of(value), more=more)


def _xml(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    return widgets.PathAndRows(field.columns, more=more)


def _matching(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    return widgets.MatchRules()


def _related(field: Field, value: Any, more: int) -> forms.Widget:  # noqa: ARG001
    return widgets.Rows([Column(name, label) for name, label in _RELATED], more=more)


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


def _columns_of(value: Any) -> list[Column]:
    """The columns of a table whose document names none: those of its rows."""
    rows = value if isinstance(value, list) else []
    names = dict.fromkeys(str(key) for row in rows if isinstance(row, dict) for key in row)
    return [Column(name, name) for name in names or ("key", "value")]


def _itself(field: Field, value: Any) -> Any:  # noqa: ARG001
    return value


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


def _as_flag(field: Field, value: Any) -> bool:  # noqa: ARG001
    return is_true(value)


def _as_day(field: Field, value: Any) -> Any:  # noqa: ARG001
    return (iso_date(str(value)) or str(value))[:10] if value else value


def _as_moment(field: Field, value: Any) -> Any:  # noqa: ARG001
    return (iso_moment(str(value)) or str(value)) if value else value


@dataclass(frozen=True)
class _Control:
    """The *widget* for the fields of a type, and the value in the form that it takes."""

    widget: Callable[[Field, Any, int], forms.Widget]
    shown: Callable[[Field, Any], Any] = _itself


_CONTROLS: Mapping[type[FieldType], _Control] = {
    field_types.FieldType: _Control(_line),
    field_types.Text: _Control(_line, _as_text),
    field_types.TextArea: _Control(_lines, _as_text),
    field_types.Number: _Control(_number, _as_text),
    field_types.Checkbox: _Control(_checkbox, _as_flag),
    field_types.Select: _Control(_select, _as_choice),
    field_types.Radio: _Control(_radio, _as_choice),
    field_types.MultiSelect: _Control(_several, _as_choices),
    field_types.Date: _Control(_date, _as_day),
    field_types.DateTime: _Control(_moment, _as_moment),
    field_types.File: _Control(_file),
    field_types.Editor: _Control(_editor),
    field_types.Expression: _Control(_editor),
    field_types.Names: _Control(_names),
    field_types.StaticMap: _Control(_map),
    field_types.Table: _Control(_table),
    field_types.Xml: _Control(_xml),
    field_types.Matching: _Control(_matching),
    field_types.Related: _Control(_related),
}
"""By type of field; one that is not listed is shown as the type that it is derived from."""


def _control_of(field: Field) -> _Control:
    return next(_CONTROLS[kind] for kind in type(field.type).__mro__ if kind in _CONTROLS)
