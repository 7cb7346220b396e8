"""JSON on the wire: orjson, and the standard library for what orjson would lose."""

import json
from typing import Any

import orjson

_DIGITS_AS_ZERO = bytes(ord("0") if byte in b"0123456789" else byte for byte in range(256))
_LONG_NUMBER = b"0" * 19
"""Nineteen digits: what may lie beyond 64 bits, which orjson reads as a float."""


def dumps(value: Any) -> bytes:
    """Return *value* as JSON; integers beyond 64 bits and lone surrogates survive."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def loads(content: bytes) -> Any:
    """Return the value of *content*, None when empty; raises ValueError when it is no JSON."""
    if not content:
        return None
    if _LONG_NUMBER in content.translate(_DIGITS_AS_ZERO):
        return json.loads(content)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return json.loads(content)
