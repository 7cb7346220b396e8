"""An export from end to end: its pages, each after its hook (protocol/extension.md#51-hooks)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from connector_kit.sandbox.adaptors import hooks, wrappers
from connector_kit.sandbox.adaptors.exporting import Exporting
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.unsimulated import RULES, not_simulated
from connector_kit.sandbox.wire import Document


@dataclass(frozen=True)
class Batch:
    """One page of an export: what came, and what the hook made of it."""

    raw: list[Any]
    data: list[Any]
    data_uris: list[str | None]
    errors: list[Any] = field(default_factory=list)


async def batches(exporting: Exporting) -> AsyncIterator[Batch]:
    """Yield the pages of an export, until there are no more or the hook says to stop."""
    check_rules(exporting.export)
    index = 0
    async for records in _pages(exporting):
        batch, is_last = await refined(exporting, records, index)
        yield batch
        if is_last:
            return
        index += 1


async def everything(exporting: Exporting) -> tuple[list[Any], list[str | None]]:
    """Return all records of an export, and their links."""
    data: list[Any] = []
    links: list[str | None] = []
    async for batch in batches(exporting):
        data += batch.data
        links += batch.data_uris
    return data, links


async def refined(exporting: Exporting, records: list[Any], index: int) -> tuple[Batch, bool]:
    """Return a page after its hook, and whether the hook wants no further one."""
    told = await hooks.pre_save_page(
        exporting.around, exporting.export, records, index=index, given=exporting.given
    )
    data, errors = told["data"], told.get("errors")
    batch = Batch(
        records, data, exporting.data_uris(data), errors if isinstance(errors, list) else []
    )
    return batch, bool(told.get("abort"))


def check_rules(document: Document) -> None:
    """Raise `Refusal` 501 when records would have to be filtered or transformed."""
    for name in ("filter", "inputFilter", "transform", "responseTransform"):
        rules = document.get(name)
        if isinstance(rules, dict) and _does_something(rules):
            raise not_simulated(RULES, name)


def _does_something(rules: Document) -> bool:
    if rules.get("type") == "script" or find(rules, ("script", "function")):
        return True
    paths = (("rules",), ("expression", "rules"), ("expression", "rulesTwoDotZero"))
    return any(find(rules, path) for path in paths)


async def _pages(exporting: Exporting) -> AsyncIterator[list[Any]]:
    if wrappers.is_wrapper(exporting.around.connection):
        given = dict(exporting.given)
        if exporting.record is not None:
            given["data"] = [exporting.record]
        async for records in wrappers.pages(exporting.around, exporting.export, given):
            yield records
        return
    async for page in exporting.pages():
        yield page.records
