"""Expressions of filters: ``["equals", ["string", ["extract", "status"]], "paid"]``.

The reference names the field only (``filter.expression.rules``); the words are those that the web
pages' filter editor writes. A word that is not among them is not simulated.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector_kit.sandbox.http.wire import Document, instant, render
from connector_kit.sandbox.pipeline.lookups import RecordFailed
from connector_kit.sandbox.pipeline.values import value_at
from connector_kit.sandbox.unsimulated import RULES, not_simulated

_LENGTH = ".length"
_YES, _NO = ("true", "t", "1"), ("false", "f", "0")


@dataclass(frozen=True)
class Scope:
    """What an expression may name: the record, the settings, and the run's own values."""

    record: Any
    settings: Any = None
    context: Document = field(default_factory=dict)


def holds(rules: Any, scope: Scope) -> bool:
    """Whether a record passes *rules*; without any it does.

    Raises `RecordFailed` for values that cannot be compared, `Refusal` 501 for unknown words.
    """
    return not rules or bool(evaluate(rules, scope))


def evaluate(expression: Any, scope: Scope) -> Any:
    """Return the value of an expression: a list that begins with a word, or a plain value."""
    if not isinstance(expression, list):
        return expression
    word = str(expression[0]).lower() if expression else ""
    if word in _PLACES and len(expression) == 2:
        return _PLACES[word](scope, str(expression[1]))
    if word not in _WORDS:
        raise not_simulated(RULES, f"the word {word!r} of an expression")
    values = [evaluate(item, scope) for item in expression[1:]]
    try:
        return _WORDS[word](*values)
    except (TypeError, ValueError, ArithmeticError, re.error) as error:
        raise RecordFailed("invalid_expression", f"{word}: {error}.", "filter") from error


def _at(value: Any, path: str) -> Any:
    found = value_at(value, path)
    if found is None and path.endswith(_LENGTH):
        whole = value_at(value, path.removesuffix(_LENGTH))
        return len(whole) if isinstance(whole, (list, str)) else None
    return found


def _string(value: Any = None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return render(value).decode()


def _boolean(value: Any = None) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in (*_YES, *_NO):
        raise ValueError(f"{value!r} is neither true nor false")
    return word in _YES


def _epochtime(value: Any = None) -> float | None:
    """Milliseconds since the epoch."""
    if value in (None, ""):
        return None
    if isinstance(value, (int, float)) or str(value).isdigit():
        return float(value)
    return instant(value) * 1000


def _equal(left: Any, right: Any) -> bool:
    """A flag and its word, a number and its text are equal."""
    if isinstance(left, bool) or isinstance(right, bool):
        return str(left).lower() == str(right).lower()
    if isinstance(left, str) != isinstance(right, str) and None not in (left, right):
        return str(left) == str(right)
    return bool(left == right)


def _compare(how: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Nothing is neither more nor less than anything."""

    def compared(left: Any, right: Any) -> bool:
        if left is None or right is None:
            return False
        if isinstance(left, str) != isinstance(right, str):
            left, right = float(left), float(right)
        return how(left, right)

    return compared


def _text(how: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda left, right: how(_string(left) or "", _string(right) or "")


def _contains(left: Any, right: Any) -> bool:
    if isinstance(left, list):
        return any(_equal(item, right) for item in left)
    return (_string(right) or "") in (_string(left) or "")


def _is_empty(value: Any = None) -> bool:
    return value in (None, "", [], {})


_PLACES: dict[str, Callable[[Scope, str], Any]] = {
    "extract": lambda scope, path: _at(scope.record, path),
    "settings": lambda scope, path: _at(scope.settings, path),
    "context": lambda scope, path: _at(scope.context, path),
}
_WORDS: dict[str, Callable[..., Any]] = {
    "and": lambda *values: all(values),
    "or": lambda *values: any(values),
    "not": operator.not_,
    "string": _string,
    "number": lambda value=None: None if value in (None, "") else float(value),
    "boolean": _boolean,
    "epochtime": _epochtime,
    "equals": _equal,
    "notequals": lambda left, right: not _equal(left, right),
    "greaterthan": _compare(operator.gt),
    "greaterthanequals": _compare(operator.ge),
    "lessthan": _compare(operator.lt),
    "lessthanequals": _compare(operator.le),
    "startswith": _text(str.startswith),
    "endswith": _text(str.endswith),
    "contains": _contains,
    "doesnotcontain": lambda left, right: not _contains(left, right),
    "matches": _text(lambda text, pattern: re.search(pattern, text) is not None),
    "empty": _is_empty,
    "notempty": lambda value=None: not _is_empty(value),
    "lowercase": lambda value: (_string(value) or "").lower(),
    "uppercase": lambda value: (_string(value) or "").upper(),
    "ceiling": lambda value: math.ceil(float(value)),
    "floor": lambda value: math.floor(float(value)),
    "abs": lambda value: abs(float(value)),
    "add": lambda left, right: float(left) + float(right),
    "subtract": lambda left, right: float(left) - float(right),
    "multiply": lambda left, right: float(left) * float(right),
    "divide": lambda left, right: float(left) / float(right),
    "modulo": lambda left, right: float(left) % float(right),
}
