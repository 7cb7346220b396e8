"""Access tokens (protocol/http-api.md#10-iclients-templates-stacks-scripts-tokens).

The token itself is answered by ``display`` and ``generate`` only. One with ``fullAccess`` may do
what the account's own token may; what others may: `connector_kit.sandbox.http.scopes`. A
connector makes tokens for itself, which must have an expiry and reach its own documents only.
"""

from __future__ import annotations

import secrets

from connector_kit.sandbox.account.tokens import ACCESS, Scope, Token
from connector_kit.sandbox.documents import resources, writing
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import GONE, Answer, Call, answer
from connector_kit.sandbox.http.errors import Refusal, invalid, invalid_reference
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, instant

LISTS = {"_connectionIds": "connections", "_exportIds": "exports", "_importIds": "imports"}


def create(call: Call) -> Answer:
    """POST /accesstokens: 201; the token is shown by ``display``."""
    access.may_create(call)
    sent = call.document()
    _check(call, sent)
    record = writing.create(call, "accesstokens", {**sent, "token": _new()})
    call.platform.tokens.keep(access_token(record))
    return Answer(201, record.public)


def replace(call: Call) -> Answer:
    """PUT /accesstokens/{id}: other limits for the same token."""
    record, sent = access.writable(call), call.document()
    _check(call, sent)
    token = record.document["token"]
    changed = resources.put(call, record, {**sent, "token": token})
    call.platform.tokens.keep(access_token(changed))
    return Answer(200, changed.public)


def delete(call: Call) -> Answer:
    """DELETE /accesstokens/{id}: the token is dead at once."""
    record = access.writable(call)
    call.platform.tokens.revoke(record.document["token"])
    writing.remove(call, record, for_good=True)
    return GONE


def display(call: Call) -> Answer:
    """GET /accesstokens/{id}/display: the token in clear."""
    return answer({"token": access.readable(call).document["token"]})


def generate(call: Call) -> Answer:
    """POST /accesstokens/{id}/generate: a new token; the old one is dead at once."""
    record = access.writable(call)
    call.platform.tokens.revoke(record.document["token"])
    renewed = writing.store(call, "accesstokens", {**record.document, "token": _new()})
    call.platform.tokens.keep(access_token(renewed))
    return answer({"token": renewed.document["token"]})


def access_token(record: Record) -> Token:
    """Return the token that an access token's document describes."""
    document = record.document
    until = document.get("autoPurgeAt")
    scope = Scope(
        connections=frozenset(document.get("_connectionIds") or ()),
        exports=frozenset(document.get("_exportIds") or ()),
        imports=frozenset(document.get("_importIds") or ()),
    )
    return Token(
        value=document["token"],
        account_id=record.account_id,
        connector_id=record.connector_id,
        integration_id=record.integration_id,
        expires=instant(until) if until else None,
        kind=ACCESS,
        scope=None if document.get("fullAccess") else scope,
    )


def _check(call: Call, sent: Document) -> None:
    until = sent.get("autoPurgeAt")
    if until is not None:
        try:
            instant(until)
        except (ValueError, OverflowError) as error:
            raise invalid("autoPurgeAt", f"must be an ISO 8601 date, not {until!r}") from error
    errors: list[Document] = []
    for field, resource in LISTS.items():
        identities = sent[field] if isinstance(sent.get(field), list) else []
        for identity in map(str, identities):
            if call.store.get(call.account_id, resource, identity) is None:
                errors += invalid_reference(field, resource, identity).errors
    if errors:
        raise Refusal(422, errors)


def _new() -> str:
    return secrets.token_hex(16)


ROUTES = (
    Route("GET", "/accesstokens", resources.read_all, query="after exclude"),
    Route("POST", "/accesstokens", create, ok=201, body="accesstokens"),
    Route("GET", "/accesstokens/{id}", resources.read),
    Route("PUT", "/accesstokens/{id}", replace, body="accesstokens"),
    Route("DELETE", "/accesstokens/{id}", delete, ok=204),
    Route("GET", "/accesstokens/{id}/display", display),
    Route("POST", "/accesstokens/{id}/generate", generate, body="anything"),
)
