"""Whether values may be saved: required ones, types, options, and what else a form asks for.

The platform's own client validates, its server does not (settings-forms.md#45-validation), so this
is done again wherever values arrive.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from connector_kit.documents import Document, Json
from connector_kit.forms.checks import failed_checks
from connector_kit.forms.dates import day_of
from connector_kit.forms.field_types import SELECT, STATIC_MAP
from connector_kit.forms.fields import Column, Field, Option
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
        found: list[str] = []
        if not field.type.is_empty(value):
            found = [*_faults(field, value, form, today)]
            found = found or [*failed_checks(value, field.checks, by_id)]
        elif state.required:
            message = field.raw.get("missingValueMessage")
            found = [message if isinstance(message, str) and message else MISSING_VALUE]
        errors[field.name] += [message for message in found if message not in errors[field.name]]
    return {name: messages for name, messages in errors.items() if messages}


def _faults(field: Field, value: Json, form: Form, today: date | None) -> Iterator[str]:
    if message := field.type.fault(field, value):
        yield message
        return
    # Options that a function makes are known to the browser better than to the document.
    is_choice = field.type.is_choice or field.type.is_many
    if is_choice and field.options and not form.may_refresh(field):
        for item in map(plain, value if isinstance(value, list) else [value]):
            if not _is_among(item, field.options):
                yield f"{item!r} is not one of the options"
    if field.type.is_date and today and field.raw.get("doNotAllowFutureDates"):
        day = day_of(value)
        if day is not None and day > today:
            yield "Enter a date that is not in the future"
    if field.type.has_rows and field.type is not STATIC_MAP:
        rows = value.get("value") if isinstance(value, dict) else value
        for n, row in enumerate(rows or (), start=1):
            yield from _row_faults(field.columns, row, n)


def _row_faults(columns: Iterable[Column], row: Document, number: int) -> Iterator[str]:
    for column in columns:
        value = row.get(column.id)
        is_choice = column.type is SELECT and column.options and not column.is_refreshable
        if is_empty(value):
            if column.required:
                yield f"Row {number}: {column.label} must be provided"
        elif is_choice and not _is_among(plain(value), column.options):
            yield f"Row {number}: {value!r} is not one of the options of {column.label}"


def _is_among(value: Json, options: Iterable[Option]) -> bool:
    return any(alike(value, option.value) for option in options)
