"""Records of a page as a step takes them: each whole, or as its children (``oneToMany``).

The children are the items of the list at ``pathToMany``. Each is a record of its own, which sees
the record that it belongs to as ``_PARENT``; what the step adds to it is added there
(protocol/resources.md#export).
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from connector_kit.sandbox.flows.runner.items import Item
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.values import PARENT, put_at, value_at, without_parent


@dataclass(frozen=True)
class Unit:
    """A record and what the step takes of it; *path* leads to its children, if it has any."""

    item: Item
    parts: tuple[Item, ...]
    path: str | None = None

    def rebuild(self, records: list[Any]) -> Any:
        """Return the record with *records* in the place of its parts."""
        if self.path is None:
            return records[0]
        whole = deepcopy(self.item.record)
        put_at(whole, self.path, [without_parent(record) for record in records])
        return whole


def units_of(items: Iterable[Item], step: Document) -> list[Unit]:
    """Return a unit for each item; one without a list at the path is taken whole."""
    path = str(step.get("pathToMany") or "") if step.get("oneToMany") else ""
    return [_unit(item, path) for item in items]


def _unit(item: Item, path: str) -> Unit:
    children = value_at(item.record, path) if path and isinstance(item.record, dict) else None
    if not isinstance(children, list) or not children:
        return Unit(item, (item,))
    parts = (
        {**child, PARENT: item.record} if isinstance(child, dict) else child for child in children
    )
    return Unit(item, tuple(replace(item, record=part, retry=None) for part in parts), path)
