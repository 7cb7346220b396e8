"""Running an import: hooks, mapping, one request per record (protocol/http-api.md#42).

Each record gets an answer of its own, in order; one that fails stops no other. Records are not
sent in batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from connector_kit.sandbox.adaptors import connecting, hooks, responses, wrappers
from connector_kit.sandbox.adaptors.lookups import Lookups, RecordFailed
from connector_kit.sandbox.adaptors.mapper_one import MapperOne, context_of
from connector_kit.sandbox.adaptors.mapper_two import MapperTwo
from connector_kit.sandbox.adaptors.operations import Operation, operation_for, rules_for
from connector_kit.sandbox.adaptors.surroundings import Surroundings
from connector_kit.sandbox.adaptors.templates import in_body, in_uri
from connector_kit.sandbox.adaptors.values import value_at
from connector_kit.sandbox.calling.backends import BackendRequest
from connector_kit.sandbox.errors import Refusal
from connector_kit.sandbox.wire import Document, render

Mapper = Callable[[Any, Mapping[str, Any]], Any]
FAILED = 422


@dataclass
class Entry:
    """One record on its way through."""

    record: Any
    mapped: Any = None
    errors: list[Any] = field(default_factory=list)
    is_over: bool = False
    """Whether it goes no further: it failed, or a hook left it out."""
    answer: Document = field(default_factory=dict)

    def fail(self, *errors: Any) -> None:
        """End here."""
        self.errors += errors
        self.is_over = True

    def take(self, told: Any) -> Any:
        """Read what preMap or postMap says of the record; returns the data it goes on with."""
        told = told if isinstance(told, dict) else {}
        errors = told.get("errors") or []
        self.errors += errors if isinstance(errors, list) else [errors]
        self.is_over = "data" not in told
        return told.get("data")

    def result(self) -> Document:
        """Return the element of the answer that is the record's."""
        if self.answer:
            return {**self.answer, "errors": self.errors} if self.errors else self.answer
        if self.errors:
            return {"statusCode": FAILED, "errors": self.errors}
        return {"statusCode": 200, "ignored": True}


@dataclass(frozen=True)
class Importing:
    """One import, stored or not, in its surroundings."""

    around: Surroundings
    import_: Document = field(repr=False)

    async def map(self, records: Iterable[Any]) -> list[Any]:
        """Return the records after mapping; one that fails is ``{"errors": [...]}``."""
        entries = await self._mapped(records)
        return [{"errors": each.errors} if each.is_over else each.mapped for each in entries]

    async def run(self, records: Iterable[Any]) -> list[Document]:
        """Submit the records; returns one element for each."""
        entries = await self._mapped(records)
        await self._submit([each for each in entries if not each.is_over])
        results = [each.result() for each in entries]
        if hooks.hook_of(self.import_, "postSubmit") is None:
            return results
        options = {**_both(entries), "responseData": results}
        return await self._call("postSubmit", options, len(results))

    async def _mapped(self, records: Iterable[Any]) -> list[Entry]:
        entries = [Entry(each) for each in records]
        if hooks.hook_of(self.import_, "preMap") is not None:
            options = {"data": [each.record for each in entries]}
            told = await self._call("preMap", options, len(entries))
            for entry, each in zip(entries, told, strict=True):
                entry.record = entry.take(each)
        for entry in _going_on(entries):
            await self._map(entry)
        going_on = _going_on(entries)
        if hooks.hook_of(self.import_, "postMap") is not None:
            told = await self._call("postMap", _both(going_on), len(going_on))
            for entry, each in zip(going_on, told, strict=True):
                entry.mapped = entry.take(each)
        return entries

    async def _call(self, name: str, options: Document, count: int) -> list[Any]:
        return await hooks.entries(self.around, self.import_, name, options, count)

    async def _map(self, entry: Entry) -> None:
        lookups = Lookups(self.import_)
        try:
            answers = {
                str(each.get("name")): await self._looked_up(each, entry.record)
                for each in lookups.dynamic()
            }
            entry.mapped = _mapper(self.import_, lookups)(entry.record, answers)
        except RecordFailed as failed:
            entry.fail(failed.error)

    async def _looked_up(self, lookup: Document, record: Any) -> Any:
        """Ask the application what a dynamic lookup leads to, for one record."""
        context = {**self.around.context(self.import_), **context_of(record)}
        connection = self.around.connection
        body = lookup.get("postBody") or lookup.get("body")
        answer = await connecting.ask(
            self.around,
            BackendRequest(
                method=str(lookup.get("method") or "GET").upper(),
                url=connecting.address(
                    connection, in_uri(str(lookup.get("relativeURI") or ""), context)
                ),
                headers=connecting.default_headers(connection),
                body=in_body(str(body), context).encode() if body else b"",
            ),
        )
        found = responses.content(answer)
        if responses.failure(answer, found, {}):
            return None
        return value_at(found, str(lookup.get("extract") or ""))

    async def _submit(self, entries: list[Entry]) -> None:
        if wrappers.is_wrapper(self.around.connection):
            sent, mapped = [each.record for each in entries], [each.mapped for each in entries]
            answers = await wrappers.submit(self.around, self.import_, sent, mapped)
            for entry, answer in zip(entries, answers, strict=True):
                entry.answer = answer
            return
        for entry in entries:
            await self._send(entry)

    async def _send(self, entry: Entry) -> None:
        operation = operation_for(self.import_, self.around.connection, entry.record)
        if operation is None:
            entry.answer = {"statusCode": 200, "ignored": True}
            return
        try:
            answer = await connecting.ask(self.around, self._request(operation, entry))
        except Refusal as refusal:
            if refusal.status != FAILED:
                raise
            entry.fail(*({**each, "source": "connection"} for each in refusal.errors))
            return
        body = responses.content(answer)
        rules = rules_for(operation)
        failed = responses.failure(answer, body, rules)
        if failed:
            entry.errors.append(failed)
        status = 200 if not failed else 401 if answer.status == 401 else FAILED
        entry.answer = {"statusCode": status, **_identity(body, rules), "_json": body}

    def _request(self, operation: Operation, entry: Entry) -> BackendRequest:
        connection, mapped = self.around.connection, entry.mapped
        context = {
            **self.around.context(self.import_),
            **context_of(entry.record),
            **context_of(mapped),
            "preMapRecord": entry.record,
        }
        headers = connecting.default_headers(connection)
        headers |= connecting.named(operation.details.get("headers"), context)
        return BackendRequest(
            method=operation.method,
            url=connecting.address(connection, in_uri(operation.relative_uri, context)),
            headers=headers,
            body=_body(operation, mapped, context, headers["Content-Type"]),
        )


def _mapper(import_: Document, lookups: Lookups) -> Mapper:
    """Return what maps a record; without a mapping it stays as it is."""
    if isinstance(import_.get("mappings"), list) and import_["mappings"]:
        return MapperTwo(import_["mappings"], lookups)
    mapping = import_.get("mapping")
    if isinstance(mapping, dict) and (mapping.get("fields") or mapping.get("lists")):
        return MapperOne(mapping, lookups)
    return lambda record, _: record


def _body(operation: Operation, mapped: Any, context: Document, media_type: str) -> bytes:
    if operation.body:
        return in_body(operation.body, context).encode()
    if operation.method in ("GET", "DELETE"):
        return b""
    if "urlencoded" in media_type and isinstance(mapped, dict):
        return urlencode(mapped).encode()
    return render(mapped)


def _identity(body: Any, rules: Document) -> Document:
    found = value_at(body, str(rules.get("resourceIdPath") or "id"))
    return {"id": str(found)} if isinstance(found, (str, int)) else {}


def _both(entries: list[Entry]) -> Document:
    return {
        "preMapData": [each.record for each in entries],
        "postMapData": [each.mapped for each in entries],
    }


def _going_on(entries: list[Entry]) -> list[Entry]:
    return [each for each in entries if not each.is_over]
