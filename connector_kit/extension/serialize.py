"""Results as JSON text, limited to what the platform's own framework allows.

Only null, numbers, booleans, strings, lists and plain objects are sent; dates, sets, instances of
classes are refused even where JSON could write them (protocol/extension.md#4, rows 8 and 9). Tuples
count as lists, and not-a-number and the infinities are sent as null.
"""

import json
import marshal
import math
from enum import Enum
from typing import Any

import orjson

_PLAIN = (type(None), str, int, float, dict, list, tuple)
_MOST_LEVELS = 250


class NotSerializableError(TypeError):
    """A result holds something that cannot be serialized; says what, and where."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path or 'the result'} contains {what}")


def to_json(result: Any) -> bytes:
    """Return the UTF-8 JSON text of *result*, no bytes for None; raises NotSerializableError."""
    if result is None:
        return b""
    try:
        body = orjson.dumps(result)
        # orjson also writes dates, UUIDs, enums and dataclasses. `marshal` knows none of these, and
        # finds them ten times faster than a walk in Python would; what it writes is thrown away.
        marshal.dumps(result)
    except (TypeError, ValueError):
        # What orjson does not write: huge integers, half characters, subclasses of plain types.
        # Half a surrogate pair, as left by a text cut in two, is written as the escape it came as.
        text = json.dumps(_plain(result, "", ()), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")
    return body


def _plain(value: Any, path: str, above: tuple[int, ...]) -> Any:
    if isinstance(value, Enum) or not isinstance(value, _PLAIN):
        raise NotSerializableError(path, f"a {type(value).__name__}")
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if id(value) in above:
        raise NotSerializableError(path, "itself")
    if len(above) >= _MOST_LEVELS:
        raise NotSerializableError(path, f"more than {_MOST_LEVELS} levels")
    inside = (*above, id(value))
    if not isinstance(value, dict):
        return [_plain(item, f"{path}[{index}]", inside) for index, item in enumerate(value)]
    for key in value:
        if not isinstance(key, str):
            raise NotSerializableError(path, f"the key {key!r}, which is not text")
    return {key: _plain(item, f"{path}.{key}".lstrip("."), inside) for key, item in value.items()}
