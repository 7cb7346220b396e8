"""Helpers that render a block, or look around in what the template sees.

Of the former, those that hold or not may also be used within a tag (protocol/platform-2026.md#19).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from dotpromptz_handlebars import HelperOptions

from connector_kit.sandbox.http.wire import iso
from connector_kit.sandbox.pipeline.conversion import write_date
from connector_kit.sandbox.pipeline.helpers.values import is_true, listed, number, text, type_of
from connector_kit.sandbox.pipeline.lookups import Lookups, nothing_cached
from connector_kit.sandbox.pipeline.values import value_at

NOW, CACHED = "@now", "@cached"
"""Where a context holds the sandbox's time, in seconds, and what reads its lookup caches.

No path of a template reaches them.
"""


def _loosely(left: Any, right: Any) -> bool:
    """``==`` of JavaScript: a number equals the text that writes it."""
    if isinstance(left, str) == isinstance(right, str):
        return bool(left == right)
    try:
        return None not in (left, right) and number(left) == number(right)
    except ValueError:
        return False


def _ordered(order: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return order(left, right)
    return order(number(left), number(right))


def _compare(left: Any, word: str, right: Any) -> bool:
    if word not in _COMPARISONS:
        raise ValueError(f"{word!r} is no comparison: use {' '.join(_COMPARISONS)}")
    return _COMPARISONS[word](left, right)


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": _loosely,
    "===": lambda left, right: type_of(left) == type_of(right) and left == right,
    "!=": lambda left, right: not _loosely(left, right),
    "!==": lambda left, right: type_of(left) != type_of(right) or left != right,
    "<": partial(_ordered, operator.lt),
    ">": partial(_ordered, operator.gt),
    "<=": partial(_ordered, operator.le),
    ">=": partial(_ordered, operator.ge),
}


def _contains(whole: Any, part: Any) -> bool:
    return part in whole if isinstance(whole, list) else text(part) in text(whole)


def _when(holds: Callable[..., Any], args: list[Any], options: HelperOptions) -> Any:
    """Render the block, or what follows ``{{else}}``; within a tag, return which it would be."""
    is_so = bool(holds(*args, **options.hash))
    if not options.is_block:
        return is_so
    return options.fn() if is_so else options.inverse()


def _filter(args: list[Any], options: HelperOptions) -> str:
    items, value, *path = args
    found = [
        item for item in listed(items) if (value_at(item, text(path[0])) if path else item) == value
    ]
    return "".join(options.fn(item) for item in found) if found else options.inverse()


def _get_value(args: list[Any], options: HelperOptions) -> Any:
    found = value_at(options.context, text(args[0]))
    return found if found not in (None, "") else args[1] if len(args) > 1 else None


def _lookup(args: list[Any], options: HelperOptions) -> Any:
    """A value of a static lookup of the step, by its name; of an object or a list, by its key."""
    holder, key = args
    if not isinstance(holder, str):
        return value_at(holder, f"[{text(key)}]")
    root = options.data["root"]
    step = root.get("import") or root.get("export") or {}
    return Lookups(step, root.get(CACHED, nothing_cached)).find(
        holder, key, root.get("lookup") or {}
    )


def _timestamp(args: list[Any], options: HelperOptions) -> str:
    form, zone = [*args, None, None][:2]
    seconds = options.data["root"].get(NOW)
    now = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return (
        write_date(now.astimezone(ZoneInfo(zone or "UTC")), form) if form else iso(now.timestamp())
    )


_CONDITIONS: dict[str, Callable[..., Any]] = {
    "compare": _compare,
    "and": lambda *values: all(map(is_true, values)),
    "or": lambda *values: any(map(is_true, values)),
    "neither": lambda left, right: not (is_true(left) or is_true(right)),
    "not": lambda value: not is_true(value),
    "contains": _contains,
    "inArray": lambda items, item: item in listed(items),
    "startsWith": lambda start, value: text(value).startswith(text(start)),
    "isEmpty": lambda value=None: value in (None, "", [], {}),
    "ifEven": lambda value: number(value) % 2 == 0,
    "some": lambda items, path=None: any(
        is_true(value_at(item, text(path)) if path else item) for item in listed(items)
    ),
}

BLOCKS: dict[str, Callable[[list[Any], HelperOptions], Any]] = {
    **{name: partial(_when, holds) for name, holds in _CONDITIONS.items()},
    "filter": _filter,
}

AROUND: dict[str, Callable[[list[Any], HelperOptions], Any]] = {
    "getValue": _get_value,
    "lookup": _lookup,
    "timestamp": _timestamp,
}
