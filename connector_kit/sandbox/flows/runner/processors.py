"""One page at one step: an import, or a lookup (protocol/extension.md#51-hooks, #6)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from connector_kit.sandbox.connections import online
from connector_kit.sandbox.connections.concurrency import concurrency_level, for_each
from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.exports import batches
from connector_kit.sandbox.exports.exporting import Exporting
from connector_kit.sandbox.flows.runner.exceptions import StepFailed, connection_offline
from connector_kit.sandbox.flows.runner.items import Item
from connector_kit.sandbox.flows.runner.ledger import Ledger, Tally
from connector_kit.sandbox.flows.runner.loading import Step
from connector_kit.sandbox.http.errors import Refusal, error
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.imports.entries import Entry
from connector_kit.sandbox.imports.importing import Importing
from connector_kit.sandbox.pipeline import hooks
from connector_kit.sandbox.pipeline.rules import Failed, Rule
from connector_kit.sandbox.pipeline.transforms import rewrite
from connector_kit.sandbox.pipeline.values import put_at

OFFLINE = 401
"""A record's status that says its connection went offline; 403 in framework 2.0."""


class Outcome:
    """What a step answered for one record: *response* is what response mapping reads."""

    def __init__(self, item: Item, response: Document, stage: str) -> None:
        self.item, self.response, self.stage = item, response, stage
        told = response.get("errors") or []
        self.errors: list[Any] = told if isinstance(told, list) else [told]
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
    """A page processor of a flow: *told* is its entry there."""

    def __init__(self, step: Step, told: Document, ledger: Ledger, *, keep: bool) -> None:
        self._step, self._told, self._ledger = step, told, ledger
        self._keep = keep and step.keeps

    async def process(self, items: list[Item]) -> list[Item]:
        """Process a page; returns the records that continue. Raises `StepFailed` when none can."""
        take = self._import if self._step.kind == "import" else self._look_up
        try:
            outcomes = await take(items)
        except Refusal as refusal:
            raise StepFailed(self._step.id, refusal.errors, "application") from refusal
        goes_on = [outcome for outcome in outcomes if self._goes_on(outcome)]
        records = [self._map_response(record) for record in goes_on]
        records = await self._call_hook(goes_on, records)
        self._book(outcomes)
        pairs = zip(goes_on, records, strict=True)
        following = [one.item.next(record) for one, record in pairs if self._goes_on(one)]
        self._check_connection(outcomes)
        return following

    async def _import(self, items: list[Item]) -> list[Outcome]:
        importing = Importing(
            self._step.run,
            self._step.document,
            in_flow=True,
            goes_on=lambda: self._ledger.goes_on,
        )
        entries = await importing.entries([item.record for item in items])
        pairs = zip(items, entries, strict=True)
        return [
            Outcome(item, _response(entry), entry.stage)
            for item, entry in pairs
            if not entry.is_left
        ]

    async def _look_up(self, items: list[Item]) -> list[Outcome]:
        rule = Rule(self._step.run, self._step.document, "inputFilter", "input_filter")
        passed = await rule.passes([item.record for item in items])
        outcomes: dict[int, Outcome] = {}

        async def one(position: int) -> None:
            if self._ledger.goes_on:
                item, passes = items[position], passed[position]
                response = await self._look_up_one(item, passes)
                outcomes[position] = Outcome(item, response, "lookup")

        await for_each(range(len(items)), concurrency_level(self._step.run.connection), one)
        return [outcomes[outcome] for outcome in sorted(outcomes)]

    async def _look_up_one(self, item: Item, passes: bool | Failed) -> Document:
        """Return what the lookup finds for one record: ``{data, errors}``."""
        if isinstance(passes, Failed):
            return {"statusCode": 422, "errors": [passes.error], "data": []}
        if not passes:
            return {"statusCode": 200, "ignored": True, "data": []}
        exporting = Exporting(self._step.run, self._step.document, record=item.record)
        try:
            data, errors = await _read_all(exporting)
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            is_out = any(str(document.get("code")) == str(OFFLINE) for document in refusal.errors)
            status = OFFLINE if is_out else 422
            return {"statusCode": status, "errors": refusal.errors, "data": []}
        status = 422 if errors and not data else 200
        return {"statusCode": status, "errors": errors, "data": data}

    def _goes_on(self, outcome: Outcome) -> bool:
        return not outcome.is_failed or bool(self._told.get("proceedOnFailure"))

    def _map_response(self, outcome: Outcome) -> Any:
        """Return the record with what the response mapping adds."""
        mapping = self._told.get("responseMapping")
        record = outcome.item.record
        fields = [*objects(find({"m": mapping}, ("m", "fields")))]
        lists = [*objects(find({"m": mapping}, ("m", "lists")))]
        if not (fields or lists) or not isinstance(record, dict):
            return record
        made = rewrite(fields, outcome.response, into=deepcopy(record))
        for list_ in lists:
            put_at(made, str(list_.get("generate")), _rows(list_, outcome.response))
        return made

    async def _call_hook(self, outcomes: list[Outcome], records: list[Any]) -> list[Any]:
        """Call postResponseMap, named by the flow's page processor; a failure fails the page."""
        if hooks.hook_of(self._told, "postResponseMap") is None or not records:
            return records
        options = {
            "postResponseMapData": records,
            "responseData": [outcome.response for outcome in outcomes],
            "oneToMany": False,
        }
        try:
            step, count = self._step, len(records)
            return await hooks.entries(
                step.run, step.kind, self._told, "postResponseMap", options, count
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
            if outcome.item.retry:
                self._ledger.settle(outcome.item.retry, is_failed=outcome.is_failed)
            errors = outcome.errors or ([_default_error(outcome)] if outcome.is_failed else [])
            tally.error += len(errors)
            tally.ignore += outcome.is_ignored and not outcome.is_failed
            tally.success += not outcome.is_failed and not outcome.is_ignored
            keep = self._keep and outcome.is_failed
            for told in errors:
                shown = _with_link(told, outcome)
                self._ledger.fail(self._step.id, shown, outcome.stage, outcome.item, keep=keep)
        self._ledger.tally(self._step.id, tally)

    def _check_connection(self, outcomes: list[Outcome]) -> None:
        """Take the connection offline when an answer says that it is."""
        words = {OFFLINE, 403} if self._step.run.is_flat else {OFFLINE}
        if any(outcome.status in words for outcome in outcomes):
            run = self._step.run
            identity = run.connection.get("_id")
            online.mark(run.platform.store, run.account_id, identity, offline=True)
            raise connection_offline(self._step.id, identity)


async def _read_all(exporting: Exporting) -> tuple[list[Any], list[Document]]:
    data: list[Any] = []
    errors: list[Document] = []
    async for batch in batches.batches(exporting):
        data += batch.data
        errors += batch.errors
    return data, errors


def _response(entry: Entry) -> Document:
    result = entry.result()
    return {**result, "errors": entry.errors_with_source()} if entry.errors else result


def _rows(told: Document, response: Document) -> list[Document]:
    """Return one row for each item of the longest list that a list's lines name."""
    lines = [*objects(told.get("fields"))]
    made = rewrite(
        ({**line, "generate": f"rows[*].{line.get('generate')}"} for line in lines), response
    )
    rows = made.get("rows")
    return [row or {} for row in rows] if isinstance(rows, list) else []


def _default_error(outcome: Outcome) -> Document:
    return error(str(outcome.status), f"The record was answered with {outcome.status}.")


def _with_link(told: Any, outcome: Outcome) -> Document:
    """An error, with where the application shows the record."""
    shown = told if isinstance(told, dict) else {"message": str(told)}
    uri = outcome.response.get("dataURI")
    return {**shown, **({"importDataURI": uri} if uri else {})}
