"""One page at one step: an import, or a lookup (protocol/extension.md#51-hooks, #6)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from connector_kit.sandbox.connections import online
from connector_kit.sandbox.connections.concurrency import concurrency_level, for_each
from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.exports import batches, mocks
from connector_kit.sandbox.exports.exporting import Exporting
from connector_kit.sandbox.flows.runner.exceptions import StepFailed, connection_offline
from connector_kit.sandbox.flows.runner.items import Item
from connector_kit.sandbox.flows.runner.ledger import Ledger, Tally
from connector_kit.sandbox.flows.runner.loading import Step
from connector_kit.sandbox.http.errors import Refusal, error
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.imports.importing import Importing
from connector_kit.sandbox.pipeline import hooks
from connector_kit.sandbox.pipeline.rules import Failed, Rule
from connector_kit.sandbox.pipeline.transforms import rewrite
from connector_kit.sandbox.pipeline.values import put_at

AUTO_RESOLVE = "autoResolveMatchingTraceKeys"
"""The field by which a flow resolves earlier errors of records that now succeed."""
OFFLINE = 401
"""A record's status that says its connection went offline; 403 in framework 2.0."""


class Outcome:
    """What a step answered for one record: *response* is what response mapping reads."""

    def __init__(self, item: Item, response: Document, stage: str) -> None:
        self.item, self.response, self.stage = item, response, stage
        errors = response.get("errors") or []
        self.errors: list[Any] = errors if isinstance(errors, list) else [errors]
        self.status = response.get("statusCode", 200)
        self.is_ignored = bool(response.get("ignored"))

    @property
    def is_failed(self) -> bool:
        """Whether the record failed; one that succeeded may have errors too."""
        return bool(self.status != 200)

    def refuse(self, errors: list[Document], stage: str) -> None:
        """Fail after all."""
        self.errors, self.stage, self.status = [*self.errors, *errors], stage, 422


class Processor:
    """A page processor of a flow, which is the *entry* that names the step."""

    def __init__(self, step: Step, entry: Document, ledger: Ledger, *, keep: bool) -> None:
        self._step, self._entry, self._ledger = step, entry, ledger
        self._keep = keep and step.keeps

    async def process(self, items: list[Item]) -> list[Item]:
        """Process a page; returns the records that continue. Raises `StepFailed` when none can."""
        step, run = self._step, self._step.run
        try:
            if step.kind == "import":
                outcomes = await self._import(items)
            else:
                outcomes = await self._look_up(items)
        except Refusal as refusal:
            raise StepFailed(step.id, refusal.errors, "application") from refusal
        continuing = [outcome for outcome in outcomes if self._goes_on(outcome)]
        records = [self._map_response(outcome) for outcome in continuing]
        records = await self._call_hook(continuing, records)
        self._book(outcomes)
        offline = {OFFLINE, 403} if run.is_flat else {OFFLINE}
        if any(outcome.status in offline for outcome in outcomes):
            connection_id = run.connection.get("_id")
            online.mark(run.platform.store, run.account_id, connection_id, offline=True)
            raise connection_offline(step.id, connection_id)
        # The hook may have failed records that would have continued.
        return [
            outcome.item.next(record)
            for outcome, record in zip(continuing, records, strict=True)
            if self._goes_on(outcome)
        ]

    async def _import(self, items: list[Item]) -> list[Outcome]:
        importing = Importing(
            self._step.run,
            self._step.document,
            in_flow=True,
            goes_on=lambda: self._ledger.goes_on,
        )
        entries = await importing.entries([item.record for item in items])
        outcomes = []
        for item, entry in zip(items, entries, strict=True):
            if not entry.is_left:
                errors = {"errors": entry.errors_with_source()} if entry.errors else {}
                outcomes.append(Outcome(item, {**entry.result(), **errors}, entry.stage))
        return outcomes

    async def _look_up(self, items: list[Item]) -> list[Outcome]:
        rule = Rule(self._step.run, self._step.document, "inputFilter", "input_filter")
        passed = await rule.passes([item.record for item in items])
        outcomes: dict[int, Outcome] = {}

        async def look_up(position: int) -> None:
            if self._ledger.goes_on:
                item, passes = items[position], passed[position]
                response = await self._look_up_one(item, passes)
                outcomes[position] = Outcome(item, response, "lookup")

        await for_each(range(len(items)), concurrency_level(self._step.run.connection), look_up)
        return [outcomes[position] for position in sorted(outcomes)]

    async def _look_up_one(self, item: Item, passes: bool | Failed) -> Document:
        """Return what the lookup finds for one record: ``{data, errors}``."""
        if isinstance(passes, Failed):
            return {"statusCode": 422, "errors": [passes.error], "data": []}
        if not passes:
            return {"statusCode": 200, "ignored": True, "data": []}
        exporting = Exporting(self._step.run, self._step.document, record=item.record)
        data: list[Any] = []
        errors: list[Document] = []
        try:
            if mocks.stand_in(self._step.run.connection, self._step.document):
                records = mocks.records_of(self._step.document)
                batch, _ = await batches.refine(exporting, records, 0)
                data, errors = batch.data, batch.errors
            else:
                async for batch in batches.batches(exporting):
                    data += batch.data
                    errors += batch.errors
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            is_out = any(str(document.get("code")) == str(OFFLINE) for document in refusal.errors)
            status = OFFLINE if is_out else 422
            return {"statusCode": status, "errors": refusal.errors, "data": []}
        status = 422 if errors and not data else 200
        return {"statusCode": status, "errors": errors, "data": data}

    def _goes_on(self, outcome: Outcome) -> bool:
        return not outcome.is_failed or bool(self._entry.get("proceedOnFailure"))

    def _map_response(self, outcome: Outcome) -> Any:
        """Return the record with what the response mapping adds."""
        record, response = outcome.item.record, outcome.response
        fields = [*objects(find(self._entry, ("responseMapping", "fields")))]
        lists = [*objects(find(self._entry, ("responseMapping", "lists")))]
        if not (fields or lists) or not isinstance(record, dict):
            return record
        mapped = rewrite(fields, response, into=deepcopy(record))
        for list_ in lists:
            # One row for each item of the longest list that the lines name.
            lines = objects(list_.get("fields"))
            rows = rewrite(
                ({**line, "generate": f"rows[*].{line.get('generate')}"} for line in lines),
                response,
            ).get("rows")
            items = [row or {} for row in rows] if isinstance(rows, list) else []
            put_at(mapped, str(list_.get("generate")), items)
        return mapped

    async def _call_hook(self, outcomes: list[Outcome], records: list[Any]) -> list[Any]:
        """Call postResponseMap, named by the flow's page processor; a failure fails the page."""
        if hooks.hook_of(self._entry, "postResponseMap") is None or not records:
            return records
        options = {
            "postResponseMapData": records,
            "responseData": [outcome.response for outcome in outcomes],
            "oneToMany": False,
        }
        try:
            step, count = self._step, len(records)
            return await hooks.entries(
                step.run, step.kind, self._entry, "postResponseMap", options, count
            )
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            for outcome in outcomes:
                outcome.refuse(refusal.errors, "post_response_map_hook")
            return records

    def _book(self, outcomes: list[Outcome]) -> None:
        tally = Tally()
        for outcome in outcomes:
            is_failed, status = outcome.is_failed, outcome.status
            if outcome.item.retry:
                self._ledger.settle(outcome.item.retry, is_failed=is_failed)
            errors = outcome.errors
            if is_failed and not errors:
                errors = [error(str(status), f"The record was answered with {status}.")]
            tally.error += len(errors)
            tally.ignore += outcome.is_ignored and not is_failed
            tally.success += not is_failed and not outcome.is_ignored
            # Where the application shows the record.
            uri = outcome.response.get("dataURI")
            link = {"importDataURI": uri} if uri else {}
            keep = self._keep and is_failed
            for cause in errors:
                fields = cause if isinstance(cause, dict) else {"message": str(cause)}
                failure = {**fields, **link}
                self._ledger.fail(self._step.id, failure, outcome.stage, outcome.item, keep=keep)
        self._ledger.tally(self._step.id, tally, is_page=self._ledger.goes_on)
        flow = self._step.run.flow
        if flow and flow.get(AUTO_RESOLVE):
            passed = (outcome.item.trace_key for outcome in outcomes if not outcome.is_failed)
            self._ledger.resolve_earlier(self._step.id, passed)
