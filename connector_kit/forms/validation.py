"""Whether values may be saved: required ones, types, options, and what else a form asks for.

The platform's own client validates, its server does not (settings-forms.md#45-validation), so this
is done again wherever values arrive.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from connector_kit.documents import Json
from connector_kit.forms.checks import failed_checks
from connector_kit.forms.dates import day_of
from connector_kit.forms.field_types import SELECT, STATIC_MAP
from connector_kit.forms.fields import Column, Field
from connector_kit.forms.form import Form, Values, state_of
from connector_kit.forms.values import alike, is_empty, plain

MISSING_VALUE = "A value must be provided"

Errors = dict[str, list[str]]
"""Messages by field name; empty when all is well."""


def validate(form: Form, values: Values, *, today: date | None = None) -> Errors:
    """Return what is wrong with typed *values* (see `typed`), by field name.

    Hidden and removed fields are not checked, nor are empty ones that are not required. Dates that
    may not lie in the future are held against *today*, if it is given.
    """
    states = state_of(form, values)
    by_id = {field.id: values.get(field.name) for field in form.fields.values()}
    errors: Errors = defaultdict(list)
    for field in form.fields.values():
        state = states[field.id]
        if not field.type.has_value or not state.is_shown:
            continue
        value = values.get(field.name)
        if field.type.is_empty(value):
            found = [_missing_message(field)] if state.required else []
        else:
            found = list(_wrong(field, value, form, today)) or [
                *failed_checks(value, field.checks, by_id)
            ]
        errors[field.name] += [message for message in found if message not in errors[field.name]]
    return {name: messages for name, messages in errors.items() if messages}


def _missing_message(field: Field) -> str:
    given = field.raw.get("missingValueMessage")
    return given if isinstance(given, str) and given else MISSING_VALUE


def _wrong(field: Field, value: Json, form: Form, today: date | None) -> Iterator[str]:
    message = field.type.fault(field, value)
    if message:
        yield message
        return
    if field.type.is_choice or field.type.is_many:
        yield from _not_offered(field, value, form)
    if field.type.is_date:
        yield from _in_future(field, value, today)
    if field.type.has_rows:
        yield from _wrong_rows(field, value)


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
        yield "Enter a date that is not in the future"


def _wrong_rows(field: Field, value: Json) -> Iterator[str]:
    if field.type is STATIC_MAP:
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
    if column.type is not SELECT or column.is_refreshable or not column.options:
        return True
    return any(alike(plain(value), option.value) for option in column.options)
