"""When two values of a form are equal, which are empty, and how they read as text."""

import json
from typing import Any

from connector_kit.documents import Json


def text_of(value: Json) -> str:
    """Return *value* as the platform's form engine writes it: ``true``, ``1``, ``a,b``."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case list() | tuple():
            return ",".join("" if item is None else text_of(item) for item in value)
        case dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case _:
            return str(value)


def is_empty(value: Json) -> bool:
    """Tell whether *value* is none: ``0`` and ``False`` are values (settings-forms.md#45)."""
    return value is None or value in ("", [], ())


def alike(one: Json, other: Json) -> bool:
    """Tell whether two values are equal for a rule (protocol/settings-forms.md#44-rules).

    Their texts have to be equal; two empty ones have to be the same.
    """
    if is_empty(one) and is_empty(other):
        return type(one) is type(other) and one == other
    return text_of(one) == text_of(other)


def is_true(value: Json) -> bool:
    """Tell whether a checkbox of that *value* is checked, however the value is written."""
    return value.strip().lower() in _CHECKED if isinstance(value, str) else bool(value)


_CHECKED = frozenset({"true", "on", "yes", "1", "checked", "enabled"})


def plain(value: Any) -> Json:
    """Return the value behind ``{"value": …}`` or ``{"id": …}``, and anything else as it is."""
    for key in ("value", "id"):
        if isinstance(value, dict) and key in value:
            return value[key]
    return value
