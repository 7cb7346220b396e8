"""Values as JavaScript takes them, and what only JavaScript can make of them."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from typing import Any

import quickjs

_SCRIPT = """
const fixed = (x, n) => x.toFixed(n);
const precise = (x, n) => x.toPrecision(n);
const exponential = (x, n) => x.toExponential(n);
const match = (x, re, i, flags) => { const found = x.match(new RegExp(re, flags));
                                     return found && i < found.length ? found[i] : null; };
const replaced = (x, by, re, flags) => x.replace(new RegExp(re, flags), by);
const searched = (x, re, flags) => x.search(new RegExp(re, flags));
"""
_SECONDS = 2.0
"""Of the processor, for one expression; a pattern may take forever."""
_engines = threading.local()


def text(value: Any) -> str:
    """Return a value as JavaScript writes it within a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(text(item) for item in value)
    return "[object Object]" if isinstance(value, Mapping) else str(whole(value))


def number(value: Any) -> float:
    """Return a number, be it written as a text; raises ValueError for any other text."""
    if isinstance(value, (int, float)):
        return value
    try:
        found: float = whole(float(text(value).strip() or 0))
    except ValueError as error:
        raise ValueError(f"{text(value)!r} is no number") from error
    return found


def is_true(value: Any) -> bool:
    """Tell whether Handlebars takes a value for true: ``"0"`` it does, 0 it does not."""
    return value not in (None, False, "", 0, [])


def whole(value: Any) -> Any:
    """Return a number without a fraction as one without a decimal point."""
    is_whole = isinstance(value, float) and math.isfinite(value) and value.is_integer()
    return int(value) if is_whole else value


def javascript(name: str, *values: Any) -> Any:
    """Return what JavaScript makes of values; each thread has an engine of its own."""
    engine = getattr(_engines, "engine", None)
    if engine is None:
        engine = _engines.engine = quickjs.Context()
        engine.eval(_SCRIPT)
    engine.set_time_limit(_SECONDS)
    try:
        return engine.eval(name)(*values)
    except quickjs.JSException as error:
        raise ValueError(str(error).splitlines()[0]) from error


def listed(value: Any) -> list[Any]:
    """Return a list, which a single value is the only item of."""
    return value if isinstance(value, list) else [] if value is None else [value]


def type_of(value: Any) -> str:
    """Return JavaScript's word for the kind of a value."""
    kinds = {str: "string", bool: "boolean", int: "number", float: "number", list: "array"}
    return "undefined" if value is None else kinds.get(type(value), "object")
