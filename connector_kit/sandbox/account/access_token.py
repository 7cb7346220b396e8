"""From the document of an access token to the token itself.

protocol/http-api.md#10-iclients-templates-stacks-scripts-tokens
"""

from __future__ import annotations

from connector_kit.sandbox.account.tokens import ACCESS, Scope, Token
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http.wire import Document, instant


def access_token(record: Record) -> Token:
    """Return what the document of an access token stands for."""
    document = record.document
    until = document.get("autoPurgeAt")
    return Token(
        value=document["token"],
        account_id=record.account_id,
        connector_id=record.connector_id,
        integration_id=record.integration_id,
        expires=instant(until) if until else None,
        kind=ACCESS,
        scope=None if document.get("fullAccess") else _scope(document),
    )


def _scope(document: Document) -> Scope:
    return Scope(
        connections=frozenset(document.get("_connectionIds") or ()),
        exports=frozenset(document.get("_exportIds") or ()),
        imports=frozenset(document.get("_importIds") or ()),
    )
