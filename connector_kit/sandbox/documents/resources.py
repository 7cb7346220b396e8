"""Reading and writing documents of any type (protocol/http-api.md#3-conventions)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jsonpatch
from jsonpointer import JsonPointerException

from connector_kit.sandbox.documents import locking, shaping, writing
from connector_kit.sandbox.documents.integrity import check_unused
from connector_kit.sandbox.documents.masks import keep_secrets
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.validation import check_debug_until, check_kinds
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import GONE, Answer, Call
from connector_kit.sandbox.http.errors import Refusal, missing, refuse
from connector_kit.sandbox.http.paging import page
from connector_kit.sandbox.http.wire import Document, parse, render


def read_all(call: Call) -> Answer:
    """GET /{resource}."""
    return answer_page(call, access.visible(call))


def read(call: Call) -> Answer:
    """GET /{resource}/{id}."""
    return Answer(200, access.readable(call).public)


def create(call: Call) -> Answer:
    """POST /{resource}: 201 with the stored document."""
    access.may_create(call)
    return Answer(201, writing.create(call, call.resource, call.document()).public)


def replace(call: Call) -> Answer:
    """PUT /{resource}/{id}: replace the whole document; omitted fields are erased."""
    record, sent = access.writable(call), call.document()
    return Answer(200, put(call, record, sent).public)


def put(call: Call, record: Record, sent: Document) -> Record:
    """Replace what *record* holds by what was *sent*."""
    check_kinds(record.resource, sent)
    if record.resource == "scripts" and not isinstance(sent.get("content"), str):
        raise missing("content")
    stored = record.document
    sent = keep_secrets(record.resource, sent, stored)
    if call.connector_id is None:
        locking.check_no_update(call.store, record, sent)
    accepted = sent
    if _is_locked_for(call, record):
        editable = locking.editable_paths(call.store, record)
        accepted = locking.apply_edits(stored, sent, editable)
    document = shaping.next_version(record.resource, accepted, stored)
    document = _complete(call, record, document, sent)
    return writing.write(call, record.resource, document, before=record)


def patch(call: Call) -> Answer:
    """PATCH /{resource}/{id}: a JSON Patch array."""
    record, operations = access.writable(call), call.documents()
    if _is_locked_for(call, record):
        locking.check_patch(operations, locking.editable_paths(call.store, record))
    stored = record.document
    sent = _apply_patch(stored, operations)
    check_kinds(record.resource, sent)
    check_debug_until(record.resource, sent, call.now)
    if call.connector_id is None:
        locking.check_no_update(call.store, record, sent)
    document = shaping.next_version(record.resource, sent, stored, is_patch=True)
    document = _complete(call, record, document, sent)
    return Answer(200, writing.write(call, record.resource, document, before=record).public)


def delete(call: Call) -> Answer:
    """DELETE /{resource}/{id}: 204, unless something uses the document."""
    record = access.writable(call)
    if record.resource == "integrations" and record.connector_id:
        raise refuse(
            422,
            "integration_app_installed",
            f"The integration {record.id} belongs to a connector; uninstall it instead "
            "(DELETE /integrations/{id}/install).",
        )
    check_unused(call.store, record)
    writing.remove(call, record)
    return GONE


def answer_page(call: Call, records: Iterable[Record]) -> Answer:
    """Answer one page of *records*, without the fields in ``?exclude=a,b``."""
    on_page, headers = page(call, records)
    exclude = call.parameter("exclude")
    if not exclude:
        body = b"[" + b",".join(record.listed for record in on_page) + b"]"
        return Answer(200, body, headers=headers)
    excluded = set(exclude.split(","))
    documents = [parse(record.listed) for record in on_page]
    shortened = [
        {name: value for name, value in document.items() if name not in excluded}
        for document in documents
    ]
    return Answer(200, render(shortened), headers=headers)


def _is_locked_for(call: Call, record: Record) -> bool:
    return call.connector_id is None and locking.is_locked(record)


def _complete(call: Call, record: Record, document: Document, sent: Document) -> Document:
    """Add what depends on who writes, and what cannot be lost."""
    stored = record.document
    if record.resource == "integrations" and call.connector_id:
        document |= shaping.lifecycle_fields(sent, stored)
    if record.resource == "stacks" and isinstance(document.get("server"), dict):
        token = (stored.get("server") or {}).get("systemToken")
        document["server"] = {"systemToken": token, **document["server"]}
    return document | writing.derive_fields(call, record.resource, document)


def _apply_patch(stored: Document, operations: list[Document]) -> Document:
    try:
        result: Any = jsonpatch.apply_patch(stored, render(operations).decode())
    except (jsonpatch.JsonPatchException, JsonPointerException, TypeError, KeyError) as error:
        raise _bad_patch(error) from None
    if not isinstance(result, dict):
        raise _bad_patch(TypeError())
    return result


def _bad_patch(error: Exception) -> Refusal:
    """The library's own words quote the document, which may hold secrets."""
    message = f"The patch does not apply to the document ({type(error).__name__})."
    return refuse(422, "invalid_patch", message)
