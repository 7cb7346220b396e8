"""From what a browser, or a client, sends to values of the right type.

Cleaning never fails: what cannot be read stays as it came, and `validate` says what is wrong.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from connector_kit.documents import Json
from connector_kit.forms.dates import iso_date, iso_moment
from connector_kit.forms.fields import Field, FieldType, Option
from connector_kit.forms.form import FieldState, Form, Values, state_of
from connector_kit.forms.values import alike, is_empty, is_true, plain, text_of

Raw = Mapping[str, Any]
"""Values by field name as they were sent: typed, as text, or as lists of texts."""


def typed(form: Form, raw: Raw, *, is_complete: bool = False) -> dict[str, Json]:
    """Return the values of all fields of *form*, by name, each of its type.

    A field that *raw* lacks keeps what the form shows. With *is_complete* it is what a browser
    sends of a whole form: lists of texts, and nothing for what is not checked or not chosen.
    """
    values = form.values()
    for field in form.fields.values():
        if not field.type.has_value:
            continue
        if field.name in raw:
            sent = raw[field.name]
            is_posted = is_complete and isinstance(sent, list) and len(sent) == 1
            values[field.name] = clean(field, sent[0] if is_posted else sent)
        elif is_complete and field.type in _ABSENT:
            values[field.name] = _ABSENT[field.type]()
    return values


_ABSENT: Mapping[FieldType, Callable[[], Json]] = {
    FieldType.CHECKBOX: lambda: False,
    FieldType.MULTISELECT: list,
}


def cleaned(form: Form, raw: Raw, *, is_complete: bool = False) -> dict[str, Json]:
    """Return what is to be saved of *raw*: `typed` values, then what `submitted` makes of them."""
    return submitted(form, typed(form, raw, is_complete=is_complete))


def submitted(form: Form, values: Values) -> dict[str, Json]:
    """Return typed *values* as they are saved, see settings-forms.md#42-fieldmap.

    What is removed, or hidden and to be omitted then, is left out; lists are joined or told as
    changes where the form says so.
    """
    states = state_of(form, values)
    sent: dict[str, Json] = {}
    for field in form.fields.values():
        if field.name in values and field.type.has_value and field.name not in sent:
            sent |= _sent(field, states[field.id], values[field.name])
    return sent


def clean(field: Field, value: Any) -> Json:
    """Return one value that was sent for *field*, of its type if it can be read as one."""
    if isinstance(value, list | tuple) and field.type not in _LISTS:
        value = value[-1] if value else None  # browsers send lists of one
    read = _CLEANERS.get(field.type, _itself)(field, value)
    return _nothing(field, read) if is_empty(read) else read


def _nothing(field: Field, value: Json) -> Json:
    """No value, as the type has it: no items of a list, not checked, no text, or null."""
    if field.type in _OF_ITEMS:
        return []
    if field.type is FieldType.CHECKBOX:
        return False
    may_be_text = field.type in (FieldType.TEXT, FieldType.TEXTAREA, FieldType.EDITOR)
    return value if may_be_text or field.type is FieldType.EXPRESSION else None


_OF_ITEMS = (
    *(FieldType.MULTISELECT, FieldType.TABLE),
    *(FieldType.MATCHING, FieldType.NAMES, FieldType.RELATED),
)


_LISTS = (
    *(FieldType.MULTISELECT, FieldType.TABLE, FieldType.MATCHING, FieldType.EXPRESSION),
    *(FieldType.NAMES, FieldType.RELATED, FieldType.EDITOR, FieldType.TEXT),
)


def _sent(field: Field, state: FieldState, value: Json) -> dict[str, Json]:
    raw = field.raw
    if state.removed or (raw.get("omitWhenHidden") and not state.visible):
        return {}
    omitted = raw.get("omitWhenValueIs")
    if isinstance(omitted, list) and any(alike(value, plain(item)) for item in omitted):
        return {}
    if raw.get("useChangesAsValues") and isinstance(value, list):
        return _changes(field.name, field.start, value)
    delimiter = raw.get("valueDelimiter")
    if isinstance(delimiter, str) and isinstance(value, list):
        value = delimiter.join(map(text_of, value))
    return {field.name: value}


def _changes(name: str, before: Json, after: list[Json]) -> dict[str, Json]:
    earlier = before if isinstance(before, list) else []
    return {
        f"{name}_added": [item for item in after if item not in earlier],
        f"{name}_removed": [item for item in earlier if item not in after],
    }


def _itself(_: Field, value: Any) -> Json:
    return value


def _text(field: Field, value: Any) -> Json:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = text_of(value)
    delimiter = field.raw.get("delimiter")
    if isinstance(value, str) and isinstance(delimiter, str) and delimiter:
        return [_trimmed(field, part) for part in value.split(delimiter)] if value else []
    if isinstance(value, list):
        is_list = isinstance(delimiter, str) and delimiter
        return value if is_list else (value[-1] if value else None)
    return _trimmed(field, value)


def _trimmed(field: Field, value: Any) -> Json:
    if not isinstance(value, str):
        return value
    if field.raw.get("trimValue"):
        value = value.strip()
    return value.upper() if field.raw.get("uppercase") else value


def _number(field: Field, value: Any) -> Json:
    """A number; what the form engine's number field makes of it (settings-forms.md#42-fieldmap)."""
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        try:
            value = int(text) if text.lstrip("+-").isdecimal() else float(text)
        except ValueError:
            return value
    is_clamped = field.raw.get("inputType") == "number"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return 0 if is_clamped and is_number and value < 0 else value


def _flag(_: Field, value: Any) -> Json:
    return is_true(value) if isinstance(value, str | int | None) else value


def _choice(field: Field, value: Any) -> Json:
    if isinstance(value, str) and field.wants_label and value.startswith("{"):
        value = _parsed(value)
    chosen = _chosen(field, plain(value))
    if not field.wants_label:
        return None if chosen is None and value in (None, "") else _value_of(chosen, plain(value))
    if chosen is not None:
        return {"id": chosen.value, "label": chosen.label}
    return value if isinstance(value, dict) else None if is_empty(value) else value


def _value_of(chosen: Option | None, value: Json) -> Json:
    return value if chosen is None else chosen.value


def _chosen(field: Field, value: Json) -> Option | None:
    return next((option for option in field.options if alike(option.value, value)), None)


def _choices(field: Field, value: Any) -> Json:
    delimiter = field.raw.get("valueDelimiter")
    if isinstance(value, str) and isinstance(delimiter, str) and delimiter:
        value = value.split(delimiter) if value else []
    if is_empty(value):
        return []
    listed = value if isinstance(value, list | tuple) else [value]
    return [_value_of(_chosen(field, item), item) for item in map(plain, listed) if item != ""]


def _date(_: Field, value: Any) -> Json:
    return (iso_date(value) or value) if isinstance(value, str) and value else value


def _moment(_: Field, value: Any) -> Json:
    return (iso_moment(value) or value) if isinstance(value, str) and value else value


def _structure(_: Field, value: Any) -> Json:
    """Rows and maps come from browsers as JSON in a text."""
    return _parsed(value) if isinstance(value, str) else value


def _editor(field: Field, value: Any) -> Json:
    return _parsed(value) if isinstance(value, str) and field.is_json else value


def _rows(_: Field, value: Any) -> Json:
    rows = _parsed(value) if isinstance(value, str) else value
    if isinstance(rows, dict) and isinstance(rows.get("value"), list) and len(rows) == 1:
        return rows["value"]
    return rows


def _map(_: Field, value: Any) -> Json:
    saved = _parsed(value) if isinstance(value, str) else value
    if not isinstance(saved, dict) or not isinstance(saved.get("map", {}), dict):
        return saved
    return {
        "map": saved.get("map", {}),
        "default": saved.get("default"),
        "allowFailures": is_true(saved.get("allowFailures")),
    }


def _parsed(text: str) -> Json:
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        return text


_CLEANERS: Mapping[FieldType, Callable[[Field, Any], Json]] = {
    FieldType.TEXT: _text,
    FieldType.TEXTAREA: _trimmed,
    FieldType.NUMBER: _number,
    FieldType.CHECKBOX: _flag,
    FieldType.RADIO: _choice,
    FieldType.SELECT: _choice,
    FieldType.TOGGLE: _choice,
    FieldType.MULTISELECT: _choices,
    FieldType.DATE: _date,
    FieldType.DATETIME: _moment,
    FieldType.EDITOR: _editor,
    FieldType.STATIC_MAP: _map,
    FieldType.TABLE: _rows,
    FieldType.XML: _structure,
    FieldType.MATCHING: _structure,
    FieldType.NAMES: _structure,
    FieldType.RELATED: _structure,
}
