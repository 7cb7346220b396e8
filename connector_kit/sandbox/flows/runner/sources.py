"""Where the pages of a flow come from (protocol/resources.md#export).

An event that was posted, a wrapper on its stack, an application on this machine; an export that
leads anywhere else makes its pages from its own mock output or sample data.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from connector_kit.sandbox.connections import requests, wrappers
from connector_kit.sandbox.connections.backends import is_local
from connector_kit.sandbox.connections.wrappers import RecordPage
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.exports import batches, mocks
from connector_kit.sandbox.exports.batches import Batch
from connector_kit.sandbox.exports.exporting import DEFAULT_PAGE, EVENTS, Exporting, delta_dates
from connector_kit.sandbox.flows.runner.exceptions import StepFailed
from connector_kit.sandbox.flows.runner.loading import Step
from connector_kit.sandbox.http.errors import error
from connector_kit.sandbox.http.wire import Document


class Source:
    """The pages of one export, for one run."""

    def __init__(self, step: Step, *, last: str | None, events: list[Any] | None) -> None:
        self._step, self._events = step, events
        export = step.document
        given = delta_dates(export, step.run.platform.clock.now(), last)
        self._exporting = Exporting(step.run, export, given=given)

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield page after page, each filtered, transformed and after its hook."""
        index = 0
        async for page in self._pages():
            errors = page.errors
            for records in _chunks(page.records, self._size(page)) or ([[]] if errors else []):
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
        left = self._limit()
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
                self._refuse_to_guess()
            yield RecordPage(mocks.records_of(export))
        else:
            async for page in batches.pages(self._exporting):
                yield page

    def _is_asked(self) -> bool:
        """Whether the pages come from the application, which may be told what was taken."""
        is_of_events = self._events is not None or self._step.document.get("type") in EVENTS
        return not is_of_events and self._can_be_asked()

    def _can_be_asked(self) -> bool:
        """Whether the sandbox reaches what the export leads to, or must say why not."""
        connection = self._step.run.connection
        if wrappers.is_wrapper(connection):
            return True
        if connection.get("type") not in requests.TYPES:
            return not mocks.has_records(self._step.document) and bool(connection.get("_id"))
        return not mocks.has_records(self._step.document) or is_local(_address(connection))

    def _refuse_to_guess(self) -> None:
        message = "Post an event to the export, or give it a mockOutput to be run without one."
        told = error("invalid_operation", message)
        raise StepFailed(self._step.id, [told], "internal")

    def _limit(self) -> int | None:
        limit = find(self._step.document, ("test", "limit"))
        is_test = self._step.document.get("type") == "test"
        return limit if is_test and isinstance(limit, int) and limit > 0 else None

    def _size(self, page: RecordPage) -> int:
        """Return how many records a page has; a wrapper's pages stay as they are."""
        if wrappers.is_wrapper(self._step.run.connection):
            return max(len(page.records), 1)
        size = self._step.document.get("pageSize")
        if isinstance(size, int) and not isinstance(size, bool) and size > 0:
            return size
        return DEFAULT_PAGE


def _address(connection: Document) -> str:
    kind = requests.connection_type(connection)
    return str(find(connection, (kind, "baseURI")) or "")


def _chunks(records: list[Any], size: int) -> list[list[Any]]:
    return [records[start : start + size] for start in range(0, len(records), size)]
