"""One run of a flow, from its exports to its end (protocol/resources.md#job)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from connector_kit.sandbox.connections import online
from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.exports.batches import Batch, PageRefused
from connector_kit.sandbox.flows.runner.exceptions import Canceled, StepFailed
from connector_kit.sandbox.flows.runner.graph import Stretch, step_of
from connector_kit.sandbox.flows.runner.items import Item, trace_key
from connector_kit.sandbox.flows.runner.ledger import Ledger, Tally
from connector_kit.sandbox.flows.runner.loading import LoadedFlow, Step
from connector_kit.sandbox.flows.runner.processors import AUTO_RESOLVE, Processor
from connector_kit.sandbox.flows.runner.routers import route_items
from connector_kit.sandbox.flows.runner.sources import Source
from connector_kit.sandbox.http.errors import Refusal
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.jobs.retry_store import Retry
from connector_kit.sandbox.pipeline import hooks
from connector_kit.sandbox.pipeline.simulated import check_fields

MOST_ROUTERS = 100
"""Routers that a record passes at most: documents may form a circle."""
UNREACHABLE = {"backend_unreachable", "backend_not_local"}
"""Codes of errors of the connection; all others are the application's."""


class Run:
    """Takes pages through a flow and records their results."""

    def __init__(self, loaded: LoadedFlow, ledger: Ledger, task: Document) -> None:
        self._loaded, self._ledger, self._task = loaded, ledger, task
        self._keep = not loaded.document.get("skipRetries")

    async def all(self) -> None:
        """Run the flow; raises `StepFailed`, `Canceled`, and `Refusal` 501 for its fields."""
        if refusal := self._loaded.refusal():
            raise StepFailed(self._loaded.flow.id, refusal.errors, "internal")
        check_fields("flows", self._loaded.document)
        for generator in self._loaded.graph.generators:
            check_fields("flows.page-generator", generator)
        for generator in self._loaded.graph.generators:
            identity = str(generator.get("_exportId"))
            if self._task.get("_exportId") not in (None, identity):
                continue
            self._ledger.step_job(identity)
            step = self._loaded.step("export", identity)
            keep = self._keep and step.keeps and not generator.get("skipRetries")
            async for batch, is_last in _one_ahead(self._pages(step)):
                items = self._book_page(step, batch, keep=keep)
                if is_last:
                    self._ledger.finish_export(identity)
                await self.walk(items, self._loaded.graph.start)
                self._check()
            self._ledger.finish_export(identity)
            # Raises when the connection has gone offline meanwhile.
            self._loaded.step("export", identity)
        await self._aggregate()

    async def rerun(self, kind: str, identity: str, retries: list[Retry]) -> None:
        """Run records again from the step on that they failed at.

        Records of an export that begins the flow go through its filter, transform, and hook again.
        """
        items = [Item(retry.data, retry.trace_key, retry=retry) for retry in retries]
        stretch = self._loaded.graph.after(identity)
        if stretch is not None:
            await self.walk(items, stretch)
            return
        step = self._loaded.step(kind, identity)
        for item in items:
            batch = await Source(step, last=self._last_export(), events=None).rerun([item.record])
            is_failed = bool(batch.errors) and not batch.data
            if item.retry:
                self._ledger.settle(item.retry, is_failed=is_failed)
            for error in batch.errors:
                self._ledger.fail(identity, error, "application", item, keep=is_failed)
            tally = Tally(success=len(batch.data), error=len(batch.errors), ignore=batch.ignored)
            self._ledger.tally(identity, tally, is_page=False)
            following = [item.next(record) for record in batch.data]
            await self.walk(following, self._loaded.graph.start)

    async def walk(self, items: list[Item], stretch: Stretch, depth: int = 0) -> None:
        """Take items through the steps of a stretch, and on through its router."""
        for processor in stretch.processors:
            self._check()
            kind, identity = step_of(processor)
            self._ledger.step_job(identity)
            if not items:  # a page counts at every step, also when its records have left it
                self._ledger.tally(identity, Tally())
                continue
            step = self._loaded.step(kind, identity)
            items = await Processor(step, processor, self._ledger, keep=self._keep).process(items)
        if stretch.router is None or not items or depth >= MOST_ROUTERS:
            return
        router = self._loaded.graph.routers[stretch.router]
        branches = objects(router.get("branches"))
        ways = await route_items(self._loaded, router, items)
        for branch, routed in zip(branches, ways, strict=True):
            await self.walk(routed, self._loaded.graph.branch(router, branch), depth + 1)

    async def _pages(self, step: Step) -> AsyncIterator[Batch]:
        """Yield the pages of an export; what ends it ends the flow."""
        events = self._task.get("data") if "_exportId" in self._task else None
        try:
            async for batch in Source(step, last=self._last_export(), events=events).batches():
                yield batch
        except PageRefused as refusal:
            raise StepFailed(step.id, refusal.errors, "pre_save_page_hook") from refusal
        except Refusal as refusal:
            codes = {str(error.get("code")) for error in refusal.errors}
            if "401" in codes:
                # A connection whose credentials the application rejects goes offline.
                store, account_id = self._loaded.platform.store, self._loaded.flow.account_id
                online.mark(store, account_id, step.document.get("_connectionId"), offline=True)
            stage = "connection" if codes & UNREACHABLE else "application"
            raise StepFailed(step.id, refusal.errors, stage) from refusal

    def _last_export(self) -> str | None:
        """Return the start of a delta export: as requested, or else the last export."""
        start = self._task.get("startDate")
        if start:
            return str(start)
        jobs, flow = self._loaded.platform.jobs, self._loaded.flow
        return jobs.last_export(flow.account_id, flow.id)

    def _book_page(self, step: Step, batch: Batch, *, keep: bool) -> list[Item]:
        """Book a page, and what failed in it: of filter, transform, hook, and application."""
        self._ledger.add_page(step.id, len(batch.data), batch.ignored)
        unbooked = [*batch.failed]
        has_hook = hooks.hook_of(step.document, "preSavePage") is not None
        stage = "pre_save_page_hook" if has_hook else "application"
        for error in batch.errors:
            failed = next((failed for failed in unbooked if failed.error == error), None)
            if failed:
                unbooked.remove(failed)
            item = Item(failed.record, _trace_key(step, failed.record)) if failed else None
            self._ledger.fail(step.id, error, stage, item, keep=keep)
        count = len(batch.errors)
        for later in batch.later:
            item = Item(later.get("retryData"), _trace_key(step, later.get("retryData")))
            for error in objects(later.get("errors")):
                self._ledger.fail(step.id, error, "pre_save_page_hook", item, keep=keep)
                count += 1
        self._ledger.tally(step.id, Tally(error=count), is_page=False)
        pairs = zip(batch.data, batch.data_uris, strict=True)
        try:
            items = [Item(record, _trace_key(step, record), uri) for record, uri in pairs]
        except Refusal as refusal:
            raise StepFailed(step.id, refusal.errors, "internal") from refusal
        if self._loaded.document.get(AUTO_RESOLVE):
            self._ledger.resolve_earlier(step.id, (item.trace_key for item in items))
        return items

    async def _aggregate(self) -> None:
        """Call postAggregate of imports that name it, once their last page is through."""
        for kind, identity in self._loaded.graph.steps():
            step = self._loaded.step(kind, identity)
            if kind != "import" or hooks.hook_of(step.document, "postAggregate") is None:
                continue
            job = self._ledger.step_job(identity) or self._ledger.job
            result = {"success": not job.count("numError"), "_json": job.answer()}
            options = {"postAggregateData": {**result, "code": "", "message": "", "source": ""}}
            try:
                await hooks.call(step.run, kind, step.document, "postAggregate", options)
            except Refusal as refusal:
                raise StepFailed(identity, refusal.errors, "post_aggregate_hook") from refusal

    def _check(self) -> None:
        if not self._ledger.goes_on:
            raise Canceled


async def _one_ahead(pages: AsyncIterator[Batch]) -> AsyncIterator[tuple[Batch, bool]]:
    """Yield each page and whether it is the last: an export is ahead of the imports.

    What ends the pages is raised after the page before it has been dealt with.
    """
    ended: StepFailed | None = None
    batch = await anext(pages, None)
    while batch is not None:
        following = None
        try:
            following = await anext(pages, None)
        except StepFailed as failed:
            ended = failed
        yield batch, following is None and ended is None
        if ended:
            raise ended
        batch = following


def _trace_key(step: Step, record: Any) -> str | None:
    """Return what a record is known by: the template's text, else its ``id``."""
    if step.document.get("traceKeyTemplate"):
        return trace_key(step.document, step.run, record)
    identity = record.get("id") if isinstance(record, dict) else None
    return None if identity is None else str(identity)
