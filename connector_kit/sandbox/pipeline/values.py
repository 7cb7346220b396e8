"""Values inside records, by the paths that mappings and templates use.

``a.b``, ``a[0].b``, ``a["odd name"]``, ``$.a.b``; ``a[*].b`` names the ``b`` of every item.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

Step = str | int
EVERY = "*"
"""The step that means all items of a list."""

PARENT = "_PARENT"
"""Where a child record has the record that it belongs to (``oneToMany``)."""

LONGEST_LIST = 10_000
"""Items that a mapping may make room for by naming an index."""

_STEP = re.compile(r"""\[\s*(?:(\d+)|(\*)|"([^"]*)"|'([^']*)'|([^\]]*))\s*\]|([^.\[\]]+)""")


@lru_cache(maxsize=4096)
def steps(path: str) -> tuple[Step, ...]:
    """Read a path; the same ones are read for every record."""
    return tuple(
        int(index) if index else every or quoted or single or bare or word
        for index, every, quoted, single, bare, word in _STEP.findall(path.removeprefix("$"))
    )


def value_at(value: Any, path: str) -> Any:
    """Return the value at *path*, None where there is nothing."""
    return _follow(value, steps(path))


def put_at(record: dict[str, Any], path: str, value: Any) -> None:
    """Put *value* at *path* of *record*, making objects and lists on the way."""
    inner: Any = record
    way = steps(path) or (path,)
    for here, after in pairwise(way):
        found = _inside(inner, here)
        if not isinstance(found, (dict, list)):
            found = [] if isinstance(after, int) else {}
            _set(inner, here, found)
        inner = found
    _set(inner, way[-1], value)


def without_parent(record: Any) -> Any:
    """Return a child record as it is in the record that it belongs to."""
    if not isinstance(record, dict) or PARENT not in record:
        return record
    return {name: value for name, value in record.items() if name != PARENT}


def each_item(value: Any, path: str) -> Iterator[tuple[Any, Any]]:
    """Yield *value* as each item of the lists on *path* sees it, and that item.

    In it, every list that is walked through is replaced by its one item: with
    ``orders[*].items[*]`` an item is found at ``orders.items``, and its order at ``orders``.
    """
    way = steps(path)
    if isinstance(value_at(value, path), list) and (not way or way[-1] != EVERY):
        way = (*way, EVERY)
    return _walk(value, way)


def _walk(value: Any, way: tuple[Step, ...]) -> Iterator[tuple[Any, Any]]:
    if not way:
        if value is not None:
            yield value, value
    elif way[0] == EVERY:
        for item in value if isinstance(value, list) else ():
            yield from _walk(item, way[1:])
    else:
        for inner, item in _walk(_inside(value, way[0]), way[1:]):
            if isinstance(value, dict):
                yield {**value, way[0]: inner}, item
            else:
                yield inner, item


def _follow(value: Any, way: tuple[Step, ...]) -> Any:
    for position, step in enumerate(way):
        if step != EVERY:
            value = _inside(value, step)
        elif isinstance(value, list):
            return [_follow(item, way[position + 1 :]) for item in value]
    return value


def _inside(value: Any, step: Step) -> Any:
    if isinstance(value, dict):
        return value.get(step if isinstance(step, str) else str(step))
    if isinstance(value, list) and str(step).isdigit():
        position = int(step)
        return value[position] if position < len(value) else None
    return None


def _set(inner: Any, step: Step, value: Any) -> None:
    if isinstance(inner, list) and isinstance(step, int):
        inner.extend([None] * (min(step, LONGEST_LIST) + 1 - len(inner)))
        inner[min(step, LONGEST_LIST)] = value
    elif isinstance(inner, dict):
        inner[str(step)] = value
