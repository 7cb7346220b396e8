"""Running an import: filter, hooks, mapping, one request per record (protocol/http-api.md#42).

Each record gets its own answer, in order; one that fails does not stop the others. A request holds
as many records as ``http.batchSize`` says (protocol/platform-2026.md#7).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from connector_kit.sandbox.connections import requests, responses, wrappers
from connector_kit.sandbox.connections.backends import BackendRequest
from connector_kit.sandbox.connections.concurrency import concurrency_level, for_each
from connector_kit.sandbox.http.errors import Refusal, error
from connector_kit.sandbox.http.wire import Document, render
from connector_kit.sandbox.imports.entries import FAILED, Entry, unfinished
from connector_kit.sandbox.imports.operations import (
    Operation,
    check_operations,
    operation_for,
    request_type,
)
from connector_kit.sandbox.pipeline import hooks
from connector_kit.sandbox.pipeline.conditions import Circumstances
from connector_kit.sandbox.pipeline.context import RunContext
from connector_kit.sandbox.pipeline.lookups import Lookups, RecordFailed
from connector_kit.sandbox.pipeline.mappers import MapperOne, MapperTwo
from connector_kit.sandbox.pipeline.rules import AT_ONCE, Failed, Rule
from connector_kit.sandbox.pipeline.simulated import check_fields
from connector_kit.sandbox.pipeline.templates import context_of, fill, in_body, in_uri
from connector_kit.sandbox.pipeline.values import value_at, without_parent
from connector_kit.sandbox.unsimulated import ONE_TO_MANY, not_simulated

Sending = tuple[Operation, list[Entry]]
"""One request and the records in it."""
Mapper = Callable[[Any, Circumstances], Any]


@dataclass(frozen=True)
class Importing:
    """One import, stored or not, and the run that it is for.

    Within a flow a hook that fails fails the records of the page, not the request (*in_flow*), and
    nothing more is sent once *goes_on* says no.
    """

    run: RunContext
    import_: Document = field(repr=False)
    in_flow: bool = False
    goes_on: Callable[[], bool] = lambda: True

    async def map(self, records: Iterable[Any]) -> list[Any]:
        """Return the records after mapping; one that fails is ``{"errors": [...]}``."""
        entries = await self._prepare(records)
        return [{"errors": entry.errors} if entry.is_over else entry.mapped for entry in entries]

    async def submit(self, records: Iterable[Any]) -> list[Document]:
        """Submit the records; returns one element for each."""
        if self.import_.get("oneToMany"):
            raise not_simulated(ONE_TO_MANY, "oneToMany")
        return [entry.result() for entry in await self.entries(records)]

    async def entries(self, records: Iterable[Any]) -> list[Entry]:
        """Submit the records; returns what became of each."""
        entries = await self._prepare(records)
        await self._submit(unfinished(entries))
        answered = [entry for entry in entries if not entry.is_left]
        rule = Rule(self.run, self.import_, "responseTransform", "transformation")
        responded = [entry for entry in answered if "_json" in entry.answer]
        if rule.definition:
            bodies = await rule.transform([entry.answer["_json"] for entry in responded])
            for entry, body in zip(responded, bodies, strict=True):
                if isinstance(body, Failed):
                    entry.refuse([body.error], "transformation")
                else:
                    entry.answer = {**entry.answer, "_json": body}
        if hooks.hook_of(self.import_, "postSubmit") is not None and answered:
            results = [entry.result() for entry in answered]
            options = {**_hook_data(answered), "responseData": results}
            answers = await self._call("postSubmit", "post_submit_hook", options, answered)
            for entry, result in zip(answered, answers, strict=False):
                if isinstance(result, dict):
                    entry.answer_instead(result)
                else:
                    message = "postSubmit must answer objects."
                    entry.fail(error("invalid_extension_response", message))
        return entries

    async def _prepare(self, records: Iterable[Any]) -> list[Entry]:
        entries = [Entry(record) for record in records]
        await self._refine(entries)
        if hooks.hook_of(self.import_, "preMap") is not None and (ready := unfinished(entries)):
            options = {"data": [entry.record for entry in ready]}
            results = await self._call("preMap", "pre_map_hook", options, ready)
            for entry, result in zip(ready, results, strict=False):
                entry.record = entry.take(result, "pre_map_hook")
        await self._map(unfinished(entries))
        if hooks.hook_of(self.import_, "postMap") is not None and (ready := unfinished(entries)):
            results = await self._call("postMap", "post_map_hook", _hook_data(ready), ready)
            for entry, result in zip(ready, results, strict=False):
                entry.mapped = entry.take(result, "post_map_hook")
        return entries

    async def _refine(self, entries: list[Entry]) -> None:
        """Take what the filter lets through, transformed."""
        records = [entry.record for entry in entries]
        passed = await Rule(self.run, self.import_, "filter", "import_filter").passes(records)
        for entry, passes in zip(entries, passed, strict=True):
            if isinstance(passes, Failed):
                entry.fail(passes.error)
            elif not passes:
                entry.leave_out()
        ready = unfinished(entries)
        rule = Rule(self.run, self.import_, "transform", "transformation")
        made = await rule.transform([entry.record for entry in ready])
        for entry, item in zip(ready, made, strict=True):
            if isinstance(item, Failed):
                entry.fail(item.error)
            else:
                entry.record = item

    async def _call(
        self, name: str, stage: str, options: Document, entries: list[Entry]
    ) -> list[Any]:
        """Call a hook for *entries*; one that fails within a flow fails them all."""
        try:
            return await hooks.entries(
                self.run, "import", self.import_, name, options, len(entries)
            )
        except Refusal as refusal:
            if not self.in_flow or refusal.status != FAILED:
                raise
            for entry in entries:
                entry.refuse(({"source": stage, **document} for document in refusal.errors), stage)
            return []

    @cached_property
    def _lookups(self) -> Lookups:
        return Lookups(self.import_, self.run.cached)

    @cached_property
    def _shared(self) -> Document:
        """What templates see of the import, whatever the record."""
        return {**self.run.context(self.import_), "import": self.import_}

    async def _map(self, entries: list[Entry]) -> None:
        mapper = _mapper(self.import_, self._lookups)
        for number, entry in enumerate(entries):
            if number and number % AT_ONCE == 0:
                await asyncio.sleep(0)
            entry.stage = "mapping"
            try:
                entry.lookups = {
                    str(lookup.get("name")): await self._look_up(lookup, entry.record)
                    for lookup in self._lookups.dynamic()
                }
                entry.request_type, entry.is_there = request_type(
                    self.import_, self._lookups, entry.record, entry.lookups
                )
                circumstances = Circumstances(
                    entry.lookups, entry.request_type, self._context(entry)
                )
                entry.mapped = mapper(entry.record, circumstances)
            except RecordFailed as failed:
                entry.fail(failed.error)
            except Refusal as refusal:
                if not self.in_flow or refusal.status != FAILED:
                    raise
                entry.fail(*({"source": "mapping", **document} for document in refusal.errors))

    async def _look_up(self, lookup: Document, record: Any) -> Any:
        """Ask the application what a dynamic lookup leads to, for one record."""
        context = {**self._shared, **context_of(record)}
        connection = self.run.connection
        body = lookup.get("postBody") or lookup.get("body")
        answer = await requests.ask(
            self.run,
            BackendRequest(
                method=str(lookup.get("method") or "GET").upper(),
                url=requests.address(
                    connection, in_uri(str(lookup.get("relativeURI") or ""), context)
                ),
                headers=requests.default_headers(connection),
                body=in_body(str(body), context).encode() if body else b"",
            ),
        )
        found = responses.content(answer)
        if responses.failure(answer, found, {}):
            return None
        return value_at(found, str(lookup.get("extract") or ""))

    async def _submit(self, entries: list[Entry]) -> None:
        for entry in entries:
            entry.stage, entry.is_left = "application", True
        if not (entries and self.goes_on()):
            return
        check_fields("imports", self.import_)
        if wrappers.is_wrapper(self.run.connection):
            sent, mapped = [entry.record for entry in entries], [entry.mapped for entry in entries]
            answers = await wrappers.submit(self.run, self.import_, sent, mapped)
            for entry, answer in zip(entries, answers, strict=True):
                entry.answer, entry.is_left = answer, False
            return
        check_operations(self.import_, self.run.connection)
        lanes = self._lanes(entries)
        await for_each(lanes, concurrency_level(self.run.connection), self._send_lane)

    def _lanes(self, entries: list[Entry]) -> list[list[Sending]]:
        """Return requests that may be sent at a time; those of one lock are sent in their order."""
        operations: dict[int, tuple[Operation, list[Entry]]] = {}
        known: dict[tuple[str, bool | None], Operation | None] = {}
        for entry in entries:
            kind = (entry.request_type, entry.is_there)
            if kind not in known:
                known[kind] = operation_for(self.import_, *kind)
            operation = known[kind]
            if operation is None:
                entry.answer, entry.is_left = {"statusCode": 200, "ignored": True}, False
            else:
                operations.setdefault(operation.index, (operation, []))[1].append(entry)
        template = str(self.import_.get("idLockTemplate") or "")
        lanes: dict[object, list[Sending]] = {}
        for operation, members in operations.values():
            for start in range(0, len(members), operation.batch_size):
                batch = members[start : start + operation.batch_size]
                lock = fill(template, self._context(batch[0])) if template else ""
                lane = lanes.setdefault(lock or (operation.index, start), [])
                lane.append((operation, batch))
        return [*lanes.values()]

    async def _send_lane(self, lane: list[Sending]) -> None:
        for operation, batch in lane:
            if self.goes_on():
                await self._send(operation, batch)

    async def _send(self, operation: Operation, batch: list[Entry]) -> None:
        """Send one request, and give each of its records its part of the answer."""
        for entry in batch:
            entry.is_left = False
        try:
            answer = await requests.ask(self.run, self._request(operation, batch))
        except Refusal as refusal:
            if refusal.status != FAILED:
                raise
            for entry in batch:
                entry.fail(*({**item, "source": "connection"} for item in refusal.errors))
            return
        body, rules = responses.content(answer), operation.rules
        parts = [body] * len(batch)
        if operation.batch_size > 1 and not responses.failure(answer, body, {}):
            found = responses.records(body, rules.get("resourcePath"))
            parts = [*found, *[None] * len(batch)][: len(batch)]
        for entry, part in zip(batch, parts, strict=True):
            failed = responses.failure(answer, part, rules)
            if failed:
                entry.note(failed)
            status = 200 if not failed else 401 if answer.status == 401 else FAILED
            identity = value_at(part, str(rules.get("resourceIdPath") or "id"))
            ids = {"id": str(identity)} if isinstance(identity, (str, int)) else {}
            entry.answer = {"statusCode": status, **ids, "_json": part, **self._link(entry, part)}

    def _link(self, entry: Entry, part: Any) -> Document:
        """Return where the application shows the record (``dataURITemplate``)."""
        template = str(self.import_.get("dataURITemplate") or "")
        if not template:
            return {}
        seen = {**self._context(entry), "responseData": part}
        return {"dataURI": fill(template, seen)}

    def _context(self, entry: Entry) -> Document:
        """Return what templates see of a record before it is mapped."""
        return {**self._shared, **context_of(entry.record), "lookup": entry.lookups}

    def _request(self, operation: Operation, batch: list[Entry]) -> BackendRequest:
        """Return the request for some records: address and headers see the first, unmapped."""
        connection, context = self.run.connection, self._context(batch[0])
        is_mapped = operation.details.get("sendPostMappedData") is not False
        sent = [entry.mapped if is_mapped else entry.record for entry in batch]
        headers = requests.default_headers(connection)
        headers |= requests.fill_headers(operation.details.get("headers"), context)
        if operation.body:
            records: Document = {
                **(context_of(sent[0]) if operation.batch_size == 1 else {}),
                "data": sent,
                "batch_of_records": [{"record": record} for record in sent],
                "preMapRecord": batch[0].record,
            }
            body = in_body(operation.body, {**context, **records}).encode()
        elif operation.method in ("GET", "DELETE"):
            body = b""
        elif operation.batch_size > 1:
            body = render(sent)
        elif "urlencoded" in headers["Content-Type"] and isinstance(sent[0], dict):
            body = urlencode(sent[0]).encode()
        else:
            body = render(sent[0])
        return BackendRequest(
            method=operation.method,
            url=requests.address(connection, in_uri(operation.relative_uri, context)),
            headers=headers,
            body=body,
        )


def _mapper(import_: Document, lookups: Lookups) -> Mapper:
    """Return what maps a record; without a mapping it stays as it is."""
    if isinstance(import_.get("mappings"), list) and import_["mappings"]:
        return MapperTwo(import_["mappings"], lookups)
    mapping = import_.get("mapping")
    if isinstance(mapping, dict) and (mapping.get("fields") or mapping.get("lists")):
        return MapperOne(mapping, lookups)
    return lambda record, _: without_parent(record)


def _hook_data(entries: list[Entry]) -> Document:
    return {
        "preMapData": [entry.record for entry in entries],
        "postMapData": [entry.mapped for entry in entries],
    }
