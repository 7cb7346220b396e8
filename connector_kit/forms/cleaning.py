"""From what a browser, or a client, sends to values of the right type.

Cleaning never fails: what cannot be read stays as it came, and `validate` says what is wrong.
"""

from collections.abc import Mapping
from typing import Any

from connector_kit.documents import Json
from connector_kit.forms.fields import Field
from connector_kit.forms.form import Form, Values, state_of
from connector_kit.forms.values import alike, is_empty, plain, text_of

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
        elif is_complete and not field.type.is_sent_empty:
            values[field.name] = field.type.emptied(None)
    return values


def cleaned(form: Form, raw: Raw, *, is_complete: bool = False) -> dict[str, Json]:
    """Return what to save of *raw*: `typed` values, then what `submitted` makes of them."""
    return submitted(form, typed(form, raw, is_complete=is_complete))


def submitted(form: Form, values: Values) -> dict[str, Json]:
    """Return typed *values* as they are saved, see settings-forms.md#42-fieldmap.

    What is removed, or hidden and to be omitted then, is left out; lists are joined or sent as
    changes where the form says so.
    """
    states = state_of(form, values)
    sent: dict[str, Json] = {}
    for field in form.fields.values():
        name, raw, state = field.name, field.raw, states[field.id]
        if name not in values or not field.type.has_value or name in sent:
            continue
        value, omitted = values[name], raw.get("omitWhenValueIs")
        if state.removed or (raw.get("omitWhenHidden") and not state.visible):
            continue
        if isinstance(omitted, list) and any(alike(value, plain(item)) for item in omitted):
            continue
        if raw.get("useChangesAsValues") and isinstance(value, list):
            earlier = field.start if isinstance(field.start, list) else []
            sent[f"{name}_added"] = [item for item in value if item not in earlier]
            sent[f"{name}_removed"] = [item for item in earlier if item not in value]
            continue
        delimiter = raw.get("valueDelimiter")
        if isinstance(delimiter, str) and isinstance(value, list):
            value = delimiter.join(map(text_of, value))
        sent[name] = value
    return sent


def clean(field: Field, value: Any) -> Json:
    """Return one value that was sent for *field*, of its type if it can be read as one."""
    if isinstance(value, list | tuple) and not field.type.takes_lists:
        value = value[-1] if value else None  # browsers send lists of one
    result = field.type.clean(field, value)
    return field.type.emptied(result) if is_empty(result) else result
