"""Whether a connection is online: by its credentials, and by what became of its requests.

Where no application is asked, a connection is online when every credential that its kind of login
needs is there and none is known to be wrong: the mask of a secret, and names under ``invalid``, the
domain that never exists (RFC 2606). The answer of a failed ping has one error with its ``field``
for each. Types and kinds of login that are not in the table need none. Failures are answered with
status 200 (protocol/README.md U25). Flows of a connection that is offline do not run
(protocol/http-api.md#4-connections).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connector_kit.sandbox.documents.masks import MASK
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http.errors import error
from connector_kit.sandbox.http.wire import Document

_HTTP = "http.auth"
NEEDED: dict[tuple[str, str], tuple[str, ...]] = {
    ("http", "basic"): (f"{_HTTP}.basic.username", f"{_HTTP}.basic.password"),
    ("http", "digest"): (f"{_HTTP}.basic.username", f"{_HTTP}.basic.password"),
    ("http", "wsse"): (f"{_HTTP}.basic.username", f"{_HTTP}.basic.password"),
    ("http", "token"): (f"{_HTTP}.token.token",),
    ("http", "oauth"): (f"{_HTTP}.token.token",),
    ("http", "custom"): ("http.encrypted",),
    ("rest", "basic"): ("rest.basicAuth.username", "rest.basicAuth.password"),
    ("rest", "token"): ("rest.bearerToken",),
    ("netsuite", "token"): ("netsuite.tokenId", "netsuite.tokenSecret"),
    ("netsuite", "token-auto"): ("netsuite.tokenId", "netsuite.tokenSecret"),
    ("netsuite", "basic"): ("netsuite.email", "netsuite.password"),
    ("salesforce", ""): ("salesforce.refreshToken",),
    ("salesforce", "jwtBearerToken"): ("salesforce.username",),
    ("ftp", ""): ("ftp.username", "ftp.password"),
    ("s3", ""): ("s3.accessKeyId", "s3.secretAccessKey"),
    ("s3", "awsIam"): (),
    ("rdbms", ""): ("rdbms.user", "rdbms.password"),
    ("rdbms", "bigquery"): ("rdbms.bigquery.privateKey",),
    ("mongodb", ""): ("mongodb.username", "mongodb.password"),
}
"""Fields that must not be empty, by type and kind of login ("" is any other kind)."""

_LOGIN = {
    "http": ("http", "auth", "type"),
    "rest": ("rest", "authType"),
    "netsuite": ("netsuite", "authType"),
    "salesforce": ("salesforce", "oauth2FlowType"),
    "s3": ("s3", "authType"),
    "rdbms": ("rdbms", "type"),
}
"""The field in which a type says which kind of login it uses."""

_INSTEAD = {"ftp.password": "ftp.authKey"}
"""Credentials that another one may replace."""

_NOWHERE = re.compile(r"\.invalid(?=$|[/:?#])")


def missing_credentials(connection: Document) -> list[str]:
    """Return the fields without which *connection* cannot log in."""
    kind = str(connection.get("type"))
    login = find(connection, _LOGIN[kind]) if kind in _LOGIN else None
    missing = []
    for field in NEEDED.get((kind, str(login)), NEEDED.get((kind, ""), ())):
        alternatives = (field, _INSTEAD.get(field, field))
        if not any(find(connection, tuple(name.split("."))) for name in alternatives):
            missing.append(field)
    return missing


def login_errors(connection: Document) -> list[Document]:
    """Return an entry for every credential that is missing or certainly wrong."""
    kind = str(connection.get("type"))
    return [
        *(
            error("invalid_credentials", f"Cannot log in without {field}.", field)
            for field in missing_credentials(connection)
        ),
        *(
            error("invalid_credentials", f"The application refuses {field}.", field)
            for field in _wrong(connection.get(kind), kind)
        ),
    ]


def _wrong(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _wrong(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _wrong(inner, f"{path}[{index}]")
    elif isinstance(value, str) and (value == MASK or _NOWHERE.search(value)):
        yield path


def ping(connection: Document) -> Document:
    """Return the body that answers a ping of which no application is asked."""
    errors = login_errors(connection)
    return {"code": 401, "errors": errors} if errors else {"code": 200}


def is_offline(store: Store, account_id: str, connection_id: str | None) -> bool:
    """Whether a stored connection is offline."""
    stored = store.get(account_id, "connections", connection_id or "")
    return stored is not None and bool(stored.get("offline"))


def mark(store: Store, account_id: str, connection_id: str | None, *, offline: bool) -> None:
    """Take a stored connection offline, or back."""
    stored = store.get(account_id, "connections", connection_id or "")
    if stored and bool(stored.get("offline")) != offline:
        changed = {**stored.document, "offline": offline}
        store.put(Record.of(account_id, "connections", changed))
