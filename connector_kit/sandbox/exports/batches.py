"""An export from end to end: its pages, each filtered, transformed, and after its hook.

protocol/extension.md#51-hooks, protocol/resources.md#export
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from connector_kit.sandbox.connections import wrappers
from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.exports.exporting import Exporting
from connector_kit.sandbox.http.errors import Refusal
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline import hooks
from connector_kit.sandbox.pipeline.rules import Failed, Rule
from connector_kit.sandbox.pipeline.simulated import check_fields
from connector_kit.sandbox.stacks.functions import unusable


class PageRefused(Refusal):
    """The preSavePage hook failed: that is fatal for the whole export."""


@dataclass(frozen=True)
class Batch:
    """One page of an export: its records, and what filter, transform, and hook made of them.

    *failed* are the records for which the transform or filter failed; *later* those that the hook
    wants retried, each with its errors (``newErrorsAndRetryData``).
    """

    raw: list[Any]
    data: list[Any]
    data_uris: list[str | None]
    errors: list[Any] = field(default_factory=list)
    ignored: int = 0
    failed: list[Failed] = field(default_factory=list)
    later: list[Document] = field(default_factory=list)


async def batches(exporting: Exporting) -> AsyncIterator[Batch]:
    """Yield the pages of an export, until there are no more or the hook says to stop."""
    index = 0
    async for page in pages(exporting):
        batch, is_last = await refine(exporting, page.records, index, page.errors)
        yield batch
        if is_last:
            return
        index += 1


async def all_records(exporting: Exporting) -> tuple[list[Any], list[str | None]]:
    """Return all records of an export, and their links."""
    data: list[Any] = []
    links: list[str | None] = []
    async for batch in batches(exporting):
        data += batch.data
        links += batch.data_uris
    return data, links


async def refine(
    exporting: Exporting, records: list[Any], index: int, errors: list[Document] | None = None
) -> tuple[Batch, bool]:
    """Return a page after transform, filter and hook, and whether the hook wants no further one.

    Raises `PageRefused` when the hook fails.
    """
    run, export, dates = exporting.run, exporting.export, exporting.dates
    check_fields("exports", {"groupByFields": export.get("groupByFields")})
    made = await Rule(run, export, "transform", "transformation", dates).transform(records)
    failed = [item for item in made if isinstance(item, Failed)]
    pairs = [pair for pair in zip(records, made, strict=True) if not isinstance(pair[1], Failed)]
    rule = Rule(run, export, "filter", "output_filter", dates)
    passed = await rule.passes([item for _, item in pairs])
    # What failed is kept as it came: a retry begins with the transform again.
    failed += [
        Failed(record, verdict.error)
        for (record, _), verdict in zip(pairs, passed, strict=True)
        if isinstance(verdict, Failed)
    ]
    data = [item for (_, item), passes in zip(pairs, passed, strict=True) if passes is True]
    errors = [*(errors or []), *(item.error for item in failed)]
    page = await _call_hook(exporting, data, index, errors)
    batch = Batch(
        raw=records,
        data=page["data"],
        data_uris=exporting.data_uris(page["data"]),
        errors=[*objects(page.get("errors"))],
        ignored=sum(item is False for item in passed),
        failed=failed,
        later=[*objects(page.get("newErrorsAndRetryData"))],
    )
    return batch, bool(page.get("abort"))


async def pages(exporting: Exporting) -> AsyncIterator[wrappers.RecordPage]:
    """Yield what an application or a wrapper answers, page by page."""
    check_fields("exports", exporting.export)
    if wrappers.is_wrapper(exporting.run.connection):
        options = dict(exporting.dates)
        if exporting.record is not None:
            options["data"] = [exporting.record]
        async for answered in wrappers.pages(exporting.run, exporting.export, options):
            yield answered
        return
    async for page in exporting.pages():
        yield wrappers.RecordPage(page.records)


async def _call_hook(
    exporting: Exporting, data: list[Any], index: int, errors: list[Document]
) -> Document:
    """Return ``{data, errors, abort}`` of a page; the page itself when there is no such hook."""
    run, export = exporting.run, exporting.export
    if hooks.hook_of(export, "preSavePage") is None:
        return {"data": data, "errors": errors, "abort": False}
    options = {"data": data, "errors": errors, "pageIndex": index, **exporting.dates}
    try:
        page = await hooks.call(run, "export", export, "preSavePage", options)
        if not isinstance(page, dict) or not isinstance(page.get("data"), list):
            raise unusable("preSavePage must answer {data, errors, abort}.")
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        raise PageRefused(422, refusal.errors) from refusal
    return page
