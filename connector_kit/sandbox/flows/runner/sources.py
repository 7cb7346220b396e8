"""Where the pages of a flow come from (protocol/resources.md#export).

An event that was posted, a wrapper on its stack, an application on this machine; an export that
leads anywhere else makes its pages from its own mock output or sample data.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from connector_kit.sandbox.connections import requests, wrappers
from connector_kit.sandbox.connections.wrappers import RecordPage
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.exports import batches, mocks
from connector_kit.sandbox.exports.batches import Batch
from connector_kit.sandbox.exports.exporting import DEFAULT_PAGE, EVENTS, Exporting, delta_dates
from connector_kit.sandbox.flows.runner.exceptions import StepFailed
from connector_kit.sandbox.flows.runner.loading import Step
from connector_kit.sandbox.http.errors import error


class Source:
    """The pages of one export, for one run."""

    def __init__(self, step: Step, *, last: str | None, events: list[Any] | None) -> None:
        self._step, self._events = step, events
        export = step.document
        dates = delta_dates(export, step.run.platform.clock.now(), last)
        self._exporting = Exporting(step.run, export, dates=dates)

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield page after page, each filtered, transformed and after its hook."""
        index, page_size = 0, self._step.document.get("pageSize")
        if isinstance(page_size, bool) or not isinstance(page_size, int) or page_size <= 0:
            page_size = DEFAULT_PAGE
        async for page in self._pages():
            errors, size = page.errors, page_size
            if wrappers.is_wrapper(self._step.run.connection):
                size = len(page.records) or 1  # a wrapper's pages stay as they are
            starts = range(0, len(page.records), size)
            chunks = [page.records[start : start + size] for start in starts]
            for records in chunks or ([[]] if errors else []):
                batch, is_last = await batches.refine(self._exporting, records, index, errors)
                yield batch
                if self._is_asked():
                    await self._exporting.mark(records)
                if is_last:
                    return
                index, errors = index + 1, []

    async def rerun(self, records: list[Any]) -> Batch:
        """Return failed records of a page as if they had been exported again."""
        batch, _ = await batches.refine(self._exporting, records, 0)
        return batch

    async def _pages(self) -> AsyncIterator[RecordPage]:
        """Yield the pages as they come, with no more records than a test export may have."""
        export = self._step.document
        limit = find(export, ("test", "limit")) if export.get("type") == "test" else None
        left = limit if isinstance(limit, int) and limit > 0 else None
        async for page in self._all_pages():
            yield RecordPage(page.records[:left], page.errors, page.is_offline)
            left = None if left is None else left - len(page.records)
            if left is not None and left <= 0:
                return

    async def _all_pages(self) -> AsyncIterator[RecordPage]:
        export = self._step.document
        if self._events is not None:
            yield RecordPage(self._events)
        elif not self._is_asked():
            if not mocks.has_records(export):
                message = (
                    "Post an event to the export, or give it a mockOutput to be run without one."
                )
                raise StepFailed(self._step.id, [error("invalid_operation", message)], "internal")
            yield RecordPage(mocks.records_of(export))
        else:
            async for page in batches.pages(self._exporting):
                yield page

    def _is_asked(self) -> bool:
        """Whether the pages come from the application, which may be told what was taken."""
        export, connection = self._step.document, self._step.run.connection
        if self._events is not None or export.get("type") in EVENTS:
            return False
        # From here on: whether the sandbox reaches what the export leads to, or must say why not.
        is_known = wrappers.is_wrapper(connection) or connection.get("type") in requests.TYPES
        has_application = is_known or bool(connection.get("_id"))
        return has_application and not mocks.stand_in(self._step.run, export)
