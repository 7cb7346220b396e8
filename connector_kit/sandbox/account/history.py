"""What happened in the account: the audit log and the recycle bin (protocol/http-api.md#13)."""

from __future__ import annotations

from connector_kit.sandbox.account.audit_log import Change
from connector_kit.sandbox.account.recycle_bin import Deleted
from connector_kit.sandbox.documents.fields import model_of
from connector_kit.sandbox.documents.references import references
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import GONE, Answer, Call, answer
from connector_kit.sandbox.http.errors import invalid, not_found
from connector_kit.sandbox.http.paging import page
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import iso, parse, render


def read_audit(call: Call) -> Answer:
    """GET /audit: paged by ``Link``, or by ``limit`` and ``offset``."""
    access.owners_only(call)
    return _answer_changes(call, [*call.platform.audit.of_account(call.account_id)])


def read_own_audit(call: Call) -> Answer:
    """GET /{resource}/{id}/audit: what was changed in one document."""
    access.owners_only(call)
    record = access.readable(call)
    changes = call.platform.audit.of_account(call.account_id)
    return _answer_changes(call, [item for item in changes if item.document_id == record.id])


def _answer_changes(call: Call, changes: list[Change]) -> Answer:
    limit, offset = _whole(call, "limit"), _whole(call, "offset")
    if limit is None and offset is None:
        on_page, headers = page(call, changes)
        return Answer(200, render([change.answer() for change in on_page]), headers=headers)
    start = offset or 0
    end = None if limit is None else start + limit
    return answer([change.answer() for change in changes[start:end]])


def read_deleted(call: Call) -> Answer:
    """GET /recycleBinTTL, /recycleBinTTL/{type}: what can still be restored."""
    access.owners_only(call)
    kind = call.params.get("type", "").lower()
    on_page, headers = page(
        call,
        [
            deleted
            for deleted in call.platform.bin.of_account(call.account_id)
            if kind in ("", deleted.record.resource)
        ],
    )
    entries = [
        {
            "model": model_of(deleted.record.resource),
            "doc": parse(deleted.record.public),
            "deletedAt": iso(deleted.at),
        }
        for deleted in on_page
    ]
    return Answer(200, render(entries), headers=headers)


def restore(call: Call) -> Answer:
    """POST /recycleBinTTL/{type}/{id}/doCascadeRestore: with all it needs that is in the bin."""
    access.owners_only(call)
    deleted = _deleted(call)
    _restore(call, deleted)
    return Answer(200, deleted.record.public)


def purge(call: Call) -> Answer:
    """DELETE /recycleBinTTL/{type}/{id}: delete for good."""
    access.owners_only(call)
    call.platform.caches.remove(call.platform.bin.take(_deleted(call)).id)
    return GONE


def _restore(call: Call, deleted: Deleted) -> None:
    record = call.platform.bin.take(deleted)
    for reference in references(record.resource, record.document):
        needed = call.platform.bin.get(call.account_id, reference.resource, reference.id)
        if needed:
            _restore(call, needed)
    call.store.put(record)


def _deleted(call: Call) -> Deleted:
    resource, identity = call.params["type"].lower(), call.params["id"]
    deleted = call.platform.bin.get(call.account_id, resource, identity)
    if deleted is None:
        raise not_found(f"deleted {resource} {identity}")
    return deleted


def _whole(call: Call, name: str) -> int | None:
    text = call.parameter(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit():
        raise invalid(name, "must be a whole number")
    return int(text)


ROUTES = (
    Route("GET", "/audit", read_audit, query="limit offset after"),
    *(
        Route("GET", f"/{resource}/{{id}}/audit", read_own_audit, query="limit offset after")
        for resource in ("integrations", "connections", "exports", "imports", "flows", "scripts")
    ),
    Route("GET", "/recycleBinTTL", read_deleted, query="after"),
    Route("GET", "/recycleBinTTL/{type}", read_deleted, query="after"),
    Route("DELETE", "/recycleBinTTL/{type}/{id}", purge, ok=204),
    Route("POST", "/recycleBinTTL/{type}/{id}/doCascadeRestore", restore, body="anything"),
)
