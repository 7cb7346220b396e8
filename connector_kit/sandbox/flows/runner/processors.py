"""One page at one step: an import, or a lookup (protocol/extension.md#51-hooks, #6)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from connector_kit.sandbox.connections import online
from connector_kit.sandbox.connections.concurrency import concurrency_level, for_each
from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.exports import batches, mocks
from connector_kit.sandbox.exports.exporting import Exporting
from connector_kit.sandbox.flows.runner.exceptions import StepFailed, connection_offline
from connector_kit.sandbox.flows.runner.items import Item, trace_key
from connector_kit.sandbox.flows.runner.ledger import Ledger, Tally
from connector_kit.sandbox.flows.runner.loading import Step
from connector_kit.sandbox.flows.runner.units import Unit, units_of
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
        if self.is_failed and not self.errors:
            message = f"The record was answered with {self.status}."
            self.errors = [error(str(self.status), message)]

    @property
    def is_failed(self) -> bool:
        """Whether the record failed; one that succeeded may have errors too."""
        return bool(self.status != 200)

    def refuse(self, errors: list[Document], stage: str) -> None:
        """Fail after all."""
        self.errors, self.stage, self.status = [*self.errors, *errors], stage, 422


@dataclass(frozen=True)
class Result:
    """What became of a record: an outcome for each of its parts that was dealt with."""

    unit: Unit
    outcomes: list[Outcome]

    @property
    def is_failed(self) -> bool:
        """Whether a part of the record failed."""
        return any(outcome.is_failed for outcome in self.outcomes)


class Processor:
    """A page processor of a flow, which is the *entry* that names the step."""

    def __init__(self, step: Step, entry: Document, ledger: Ledger, *, keep: bool) -> None:
        self._step, self._entry, self._ledger = step, entry, ledger
        self._keep = keep and step.keeps

    async def process(self, items: list[Item]) -> list[Item]:
        """Process a page; returns the records that continue. Raises `StepFailed` when none can."""
        step, run = self._step, self._step.run
        units = units_of(items, step.document)
        parts = [part for unit in units for part in unit.parts]
        try:
            outcomes = await (
                self._import(parts) if step.kind == "import" else self._look_up(parts)
            )
        except Refusal as refusal:
            raise StepFailed(step.id, refusal.errors, "application") from refusal
        by_part = {id(outcome.item): outcome for outcome in outcomes}
        results = [
            Result(unit, [by_part[id(part)] for part in unit.parts if id(part) in by_part])
            for unit in units
        ]
        continuing = [result for result in results if self._goes_on(result)]
        records = [
            result.unit.rebuild([self._map_response(outcome) for outcome in result.outcomes])
            for result in continuing
        ]
        records = await self._call_hook(continuing, records)
        self._book(results)
        offline = {OFFLINE, 403} if run.is_flat else {OFFLINE}
        if any(outcome.status in offline for outcome in outcomes):
            connection_id = run.connection.get("_id")
            online.mark(run.platform.store, run.account_id, connection_id, offline=True)
            raise connection_offline(step.id, connection_id)
        # The hook may have failed records that would have continued.
        return [
            result.unit.item.next(record)
            for result, record in zip(continuing, records, strict=True)
            if self._goes_on(result)
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
            if mocks.stand_in(self._step.run, self._step.document):
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

    def _goes_on(self, result: Result) -> bool:
        """Whether the record continues: all of it was dealt with, and none failed or may fail."""
        if len(result.outcomes) < len(result.unit.parts):
            return False
        return not result.is_failed or bool(self._entry.get("proceedOnFailure"))

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

    async def _call_hook(self, results: list[Result], records: list[Any]) -> list[Any]:
        """Call postResponseMap, named by the flow's page processor; a failure fails the page."""
        if hooks.hook_of(self._entry, "postResponseMap") is None or not records:
            return records
        path = next((result.unit.path for result in results if result.unit.path), None)
        options = {
            "postResponseMapData": records,
            "responseData": [
                [outcome.response for outcome in result.outcomes]
                if result.unit.path
                else result.outcomes[0].response
                for result in results
            ],
            "oneToMany": path is not None,
            **({"pathToMany": path} if path else {}),
        }
        try:
            step, count = self._step, len(records)
            return await hooks.entries(
                step.run, step.kind, self._entry, "postResponseMap", options, count
            )
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            for result in results:
                for outcome in result.outcomes:
                    outcome.refuse(refusal.errors, "post_response_map_hook")
            return records

    def _book(self, results: list[Result]) -> None:
        tally = Tally()
        for result in results:
            item = result.unit.item
            if item.retry and result.outcomes:
                self._ledger.settle(item.retry, is_failed=result.is_failed)
            own_key = trace_key(self._step.document, self._step.run, item.record)
            key, item = None, replace(item, trace_key=own_key or item.trace_key)
            keep = self._keep and result.is_failed
            for outcome in result.outcomes:
                tally.error += len(outcome.errors)
                tally.ignore += outcome.is_ignored and not outcome.is_failed
                tally.success += not outcome.is_failed and not outcome.is_ignored
                # Where the application shows the record.
                uri = outcome.response.get("dataURI")
                link = {"importDataURI": uri} if uri else {}
                for cause in outcome.errors:
                    fields = cause if isinstance(cause, dict) else {"message": str(cause)}
                    failure = {**fields, **link, **({"retryDataKey": key} if key else {})}
                    key = self._ledger.fail(
                        self._step.id, failure, outcome.stage, item, keep=keep and not key
                    )
        self._ledger.tally(self._step.id, tally, is_page=self._ledger.goes_on)
        flow = self._step.run.flow
        if flow and flow.get(AUTO_RESOLVE):
            passed = (result.unit.item.trace_key for result in results if not result.is_failed)
            self._ledger.resolve_earlier(self._step.id, passed)
