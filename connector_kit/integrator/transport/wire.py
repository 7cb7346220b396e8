"""JSON on the wire: orjson, and the standard library for what orjson would lose."""

import json
from contextlib import suppress
from math import isfinite
from typing import Any, NoReturn

import orjson

from connector_kit import storable

_DIGITS_AS_ZERO = bytes(ord("0") if byte in b"0123456789" else byte for byte in range(256))
_LONG_NUMBER = b"0" * 19
"""Nineteen digits: what may lie beyond 64 bits, which orjson reads as a float."""


MOST_VALUES = 4_000_000
"""Values in one answer; each takes a hundred bytes and more, however few the wire carries."""


def dumps(value: Any) -> bytes:
    """Return *value* as JSON; integers beyond 64 bits and lone surrogates survive.

    Raises ValueError, or TypeError, for what JSON cannot carry.
    """
    with suppress(orjson.JSONEncodeError):
        return orjson.dumps(value)
    if storable.is_deeper(value, storable.DEEPEST):
        raise ValueError(f"it is nested more than {storable.DEEPEST} levels deep")
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def loads(content: bytes) -> Any:
    """Return the value of *content*, None when empty.

    Raises ValueError when it is not JSON, or cannot be stored: endless numbers, too many levels for
    a store, or too many values for memory.
    """
    if not content:
        return None
    brackets = content.count(b"[") + content.count(b"{")
    if brackets + content.count(b",") > MOST_VALUES:
        raise ValueError(f"it contains more than {MOST_VALUES:,} values")
    value = _parsed(content)
    if brackets > storable.DEEPEST and storable.is_deeper(value, storable.DEEPEST):
        raise ValueError(f"it is nested more than {storable.DEEPEST} levels deep")
    return value


def _parsed(content: bytes) -> Any:
    if _LONG_NUMBER not in content.translate(_DIGITS_AS_ZERO):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(content)
    return storable.read_json(content, parse_constant=_endless, parse_float=_finite)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _endless(digits[:20])


def _endless(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")
