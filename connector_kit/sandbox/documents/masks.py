"""Secrets are write-only: they are answered as a mask (protocol/resources.md, marked with a key).

A PUT that carries the mask keeps the stored secret; one that leaves it out loses it
(protocol/README.md U35).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from connector_kit.sandbox.documents.paths import Path, find, remove, replace
from connector_kit.sandbox.http.wire import Document

MASK = "******"

_SECRETS = {
    "connections": """
        http.auth.basic.password http.auth.token.token http.auth.token.refreshToken
        http.auth.oauth.clientSecret http.auth.oauth.password http.encrypted
        rest.bearerToken rest.refreshToken rest.basicAuth.password rest.encrypted
        netsuite.tokenId netsuite.tokenSecret netsuite.password
        salesforce.bearerToken salesforce.refreshToken
        ftp.password ftp.authKey s3.secretAccessKey
        rdbms.password rdbms.bigquery.privateKey mongodb.password wrapper.encrypted
    """,
    "exports": "webhook.token webhook.key webhook.password distributed.bearerToken",
    "stacks": "server.systemToken lambda.secretAccessKey",
    "iclients": """
        oauth2.clientSecret netsuite.consumerKey netsuite.consumerSecret
        salesforce.clientSecret salesforce.privateKey amazonmws.secretKey ebay.certId
    """,
    "accesstokens": "token",
}
SECRETS: dict[str, tuple[Path, ...]] = {
    resource: tuple(tuple(path.split(".")) for path in paths.split())
    for resource, paths in _SECRETS.items()
}


def mask_secrets(resource: str, document: Document) -> Document:
    """Return *document* as it is answered; itself when it has no secrets."""
    secrets = [path for path, value in _values(resource, document) if value != MASK]
    if not secrets:
        return document
    public = deepcopy(document)
    for path in secrets:
        replace(public, path, MASK)
    return public


def restore_secrets(resource: str, sent: Document, stored: Document) -> Document:
    """Return *sent* with the stored secrets where it carries the mask."""
    restored = deepcopy(sent)
    for path, value in _values(resource, sent):
        if value == MASK:
            secret = find(stored, path)
            if secret is None:
                remove(restored, path)
            else:
                replace(restored, path, secret)
    return restored


def _values(resource: str, document: Document) -> Iterator[tuple[Path, Any]]:
    for path in SECRETS.get(resource, ()):
        value = find(document, path)
        if value not in (None, "", {}):
            yield path, value
