"""Whether values may be saved: required ones, types, options, and what else a form asks for.

The platform's own client validates, its server does not (settings-forms.md#45-validation), so this
is done again wherever values arrive.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from math import isfinite
from typing import Any

from connector_kit.documents import Json
from connector_kit.forms.checks import failed_checks
from connector_kit.forms.dates import day_of
from connector_kit.forms.fields import Column, Field, FieldType
from connector_kit.forms.form import Form, Values, state_of
from connector_kit.forms.values import alike, is_empty, plain

MISSING_VALUE = "A value must be provided"

Errors = dict[str, list[str]]
"""Messages by field name; empty when all is well."""


def validate(form: Form, values: Values, *, today: date | None = None) -> Errors:
    """Return what is wrong with typed *values* (see `typed`), by field name.

    Hidden and removed fields are not looked at, nor are empty ones that are not required.
    Dates that may not lie in the future are held against *today*, if it is given.
    """
    states = state_of(form, values)
    by_id = {field.id: values.get(field.name) for field in form.fields.values()}
    errors: Errors = defaultdict(list)
    for field in form.fields.values():
        state = states[field.id]
        if not field.type.has_value or not state.is_shown:
            continue
        value = values.get(field.name)
        if has_no_value(field, value):
            found = [_missing_message(field)] if state.required else []
        else:
            found = list(_wrong(field, value, form, today)) or [
                *failed_checks(value, field.checks, by_id)
            ]
        errors[field.name] += [message for message in found if message not in errors[field.name]]
    return {name: messages for name, messages in errors.items() if messages}


def has_no_value(field: Field, value: Json) -> bool:
    """Tell whether *value* is none for *field*: a map without entries is empty, too."""
    if field.type is FieldType.STATIC_MAP and isinstance(value, dict):
        return not value.get("map") and is_empty(value.get("default"))
    if field.type is FieldType.XML and isinstance(value, dict):
        return is_empty(value.get("path")) and is_empty(value.get("value"))
    return is_empty(value)


def _missing_message(field: Field) -> str:
    given = field.raw.get("missingValueMessage")
    return given if isinstance(given, str) and given else MISSING_VALUE


def _wrong(field: Field, value: Json, form: Form, today: date | None) -> Iterator[str]:
    message = _TYPES.get(field.type, _anything)(field, value)
    if message:
        yield message
        return
    if field.type.is_choice or field.is_many:
        yield from _not_offered(field, value, form)
    if field.type in (FieldType.DATE, FieldType.DATETIME):
        yield from _in_future(field, value, today)
    if field.type.has_rows:
        yield from _wrong_rows(field, value)


def _anything(_: Field, value: Json) -> str | None:  # noqa: ARG001
    return None


def _text(field: Field, value: Json) -> str | None:
    if isinstance(value, list) and field.raw.get("delimiter"):
        return None if all(isinstance(item, str) for item in value) else "It has to be texts"
    if not isinstance(value, str):
        return "It has to be text"
    limit = field.maximum_length
    return f"At most {limit} characters" if limit is not None and len(value) > limit else None


def _number(_: Field, value: Json) -> str | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if is_number and isfinite(value) else "Value must be a number"


def _flag(_: Field, value: Json) -> str | None:
    return None if isinstance(value, bool) else "It has to be checked or not"


def _choice(field: Field, value: Json) -> str | None:
    if field.wants_label:
        return None if isinstance(value, dict) and "id" in value else "Choose one of the options"
    return "Choose one of the options" if isinstance(value, dict | list) else None


def _choices(_: Field, value: Json) -> str | None:
    return None if isinstance(value, list) else "Choose among the options"


def _date(_: Field, value: Json) -> str | None:
    is_date = isinstance(value, str) and day_of(value) is not None
    return None if is_date else "It has to be a date, as in 2026-01-31"


def _file(_: Field, value: Json) -> str | None:
    return None if isinstance(value, dict | str) else "It has to be a file"


def _editor(field: Field, value: Json) -> str | None:
    if field.is_json:
        return "It is not valid JSON" if isinstance(value, str) else None
    return None if isinstance(value, str) else "It has to be text"


def _rows(_: Field, value: Json) -> str | None:
    is_fine = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    return None if is_fine else "It has to be rows of columns"


def _map(_: Field, value: Json) -> str | None:
    pairs = value.get("map") if isinstance(value, dict) else None
    is_fine = isinstance(pairs, dict) and not any(
        isinstance(v, dict | list) for v in pairs.values()
    )
    return None if is_fine else "It has to be a map of values"


def _xml(field: Field, value: Json) -> str | None:
    if not isinstance(value, dict) or not isinstance(value.get("path") or "", str):
        return "It has to be a path and rows"
    return _rows(field, value.get("value") or [])


def _list(_: Field, value: Json) -> str | None:
    return None if isinstance(value, list) else "It has to be a list"


def _expression(_: Field, value: Json) -> str | None:
    return None if isinstance(value, str | list) else "It has to be an expression"


_TYPES: Mapping[FieldType, Callable[[Field, Any], str | None]] = {
    FieldType.TEXT: _text,
    FieldType.TEXTAREA: _text,
    FieldType.NUMBER: _number,
    FieldType.CHECKBOX: _flag,
    FieldType.RADIO: _choice,
    FieldType.SELECT: _choice,
    FieldType.TOGGLE: _choice,
    FieldType.MULTISELECT: _choices,
    FieldType.DATE: _date,
    FieldType.DATETIME: _date,
    FieldType.FILE: _file,
    FieldType.EDITOR: _editor,
    FieldType.STATIC_MAP: _map,
    FieldType.TABLE: _rows,
    FieldType.XML: _xml,
    FieldType.MATCHING: _list,
    FieldType.EXPRESSION: _expression,
    FieldType.NAMES: _list,
    FieldType.RELATED: _list,
}


def _not_offered(field: Field, value: Json, form: Form) -> Iterator[str]:
    """Options that a function makes are known to the browser better than to the document."""
    if not field.options or form.may_refresh(field):
        return
    known = [option.value for option in field.options]
    chosen = value if isinstance(value, list) else [value]
    for item in map(plain, chosen):
        if not any(alike(item, option) for option in known):
            yield f"{item!r} is not one of the options"


def _in_future(field: Field, value: str, today: date | None) -> Iterator[str]:
    day = day_of(value)
    if today is None or day is None or not field.raw.get("doNotAllowFutureDates"):
        return
    if day > today:
        yield "The date cannot lie in the future"


def _wrong_rows(field: Field, value: Json) -> Iterator[str]:
    if field.type is FieldType.STATIC_MAP:
        return
    rows = value.get("value") if isinstance(value, dict) else value
    for n, row in enumerate(rows or (), start=1):
        for column in field.columns:
            yield from _wrong_cell(column, row.get(column.id), n)


def _wrong_cell(column: Column, value: Json, row: int) -> Iterator[str]:
    if is_empty(value):
        if column.required:
            yield f"Row {row}: {column.label} must be provided"
    elif not _is_offered(column, value):
        yield f"Row {row}: {value!r} is not one of the options of {column.label}"


def _is_offered(column: Column, value: Json) -> bool:
    if column.type is not FieldType.SELECT or column.is_refreshable or not column.options:
        return True
    return any(alike(plain(value), option.value) for option in column.options)
