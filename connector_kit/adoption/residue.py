"""What stays behind of a document: the server's fields, the account's own, and secrets.

Each with its reason, so that the author can be told. Fields and marks: protocol/resources.md.
"""

import re
from collections.abc import Iterable, Iterator

from connector_kit.blueprint import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.blueprint.resources import resource_type
from connector_kit.documents import MASK, Document, Json
from connector_kit.documents.walking import Path, at, leaves_of, strings

SERVER = "set by the server"
ACCOUNT = "account-specific; the kit writes it for each installation"
SECRET = "secret; the customer enters it"  # noqa: S105  the words for it
MASKED = "a mask that stands for secret; the customer enters it"
READ_ONLY = "read from the application by the platform"
ALWAYS_TRUE = "set to true by the server"

_VOLATILE = SERVER_FIELDS | {
    "_userId",
    "debugDate",
    "debugUntil",
    "draft",
    "draftExpiresAt",
    "wizardState",
}

_READ_ONLY = {
    "connections": (
        "netsuite.concurrencyLevelRESTlet",
        "netsuite.concurrencyLevelWebServices",
        "netsuite.dataCenterURLs",
        "netsuite.suiteAppInstalled",
        "salesforce.info",
    ),
}

_OLDER_SECRETS = {
    "connections": (
        "rest.clientCertificates.key",
        "rest.clientCertificates.pfx",
        "rest.encrypted",
        "ssl.pfx",
    ),
}
"""Fields that older documents have, besides those of the table. The platform masks all of them; an
older download may not."""

_SECRET_WORD = re.compile(
    r"(?i)(.*[-_])?((proxy-)?authorization|cookie|passphrase|password|secret"
    r"|(access|api|auth|bearer|private|refresh|secret|shared|signing|subscription)[-_]?"
    r"(access)?[-_]?(key|secret|token)|(client|consumer|token)[-_]?secret|token)"
)
"""What secrets are called in parts of connections that no reference lists, and in headers."""

_SECRET_INSIDE = re.compile(
    r"(?i)[?&](access[-_]?token|api[-_]?key|client[-_]?secret|password|sig|token)=[^&{\s\"']"
    r"|://[^/\s:@{\"']+:[^/\s:@{\"']+@"
)
"""A secret in an address: as a parameter, or before the host."""

_HEADERS = frozenset({"headers", "refreshHeaders", "sampleHeaders"})

_PARTS = frozenset({"pageGenerators", "pageProcessors", "routers", "branches"})
"""Lists of a flow whose entries may carry an id of their own (protocol/resources.md#flow)."""

Residue = Iterator[tuple[Path, str]]


def residue(resource: str, document: Document) -> dict[Path, str]:
    """Return the path and the reason of everything in *document* that no connector declares."""
    found: dict[Path, str] = {}
    for path, reason in _all(resource, document):
        if not any(path[:length] in found for length in range(1, len(path) + 1)):
            found[path] = reason
    return found


def has_secret_inside(text: str) -> bool:
    """Tell whether *text* seems to be more than a secret, and to hold one."""
    return bool(_SECRET_INSIDE.search(text))


def _all(resource: str, document: Document) -> Residue:
    yield from (((key,), SERVER) for key in document if key in _VOLATILE)
    yield from (((key,), ACCOUNT) for key in document if key in ENVELOPE_FIELDS)
    if resource == "exports" and document.get("asynchronous") is False:
        yield ("asynchronous",), ALWAYS_TRUE
    yield from _listed(document, _READ_ONLY.get(resource, ()), READ_ONLY)
    secrets = (*resource_type(resource).secrets, *_OLDER_SECRETS.get(resource, ()))
    yield from _listed(document, secrets, SECRET)
    if resource == "connections":
        yield from _named_like_secrets(document)
    for path, text in strings(document):
        reason = _reason(document, path, text)
        if reason:
            yield path, reason
    yield from _sample_headers(document)


def _listed(document: Document, places: Iterable[str], reason: str) -> Residue:
    for place in places:
        path = tuple(place.split("."))
        if at(document, path):
            yield path, reason


def _named_like_secrets(document: Document) -> Residue:
    """Yield every value, but none at the top, under a key that secrets have."""
    for path, value in leaves_of(document):
        if len(path) > 1 and _SECRET_WORD.fullmatch(str(path[-1])) and _is_literal(value):
            yield path, SECRET


def _reason(document: Document, path: Path, text: str) -> str | None:
    if text == MASK:
        return MASKED
    if len(path) >= 3 and path[-1] == "_id" and path[-3] in _PARTS:
        return SERVER
    return SECRET if _is_secret_header(document, path, text) else None


def _sample_headers(document: Document) -> Residue:
    headers = document.get("sampleHeaders")
    for n in range(len(headers) if isinstance(headers, list) else 0):
        path: Path = ("sampleHeaders", n, "value")
        value = at(document, path)
        if isinstance(value, str) and _is_secret_header(document, path, value):
            yield path, SECRET


def _is_secret_header(document: Document, path: Path, text: str) -> bool:
    if len(path) < 3 or path[-3] not in _HEADERS or path[-1] != "value":
        return False
    name = at(document, (*path[:-1], "name"))
    return isinstance(name, str) and bool(_SECRET_WORD.fullmatch(name)) and _is_literal(text)


def _is_literal(value: Json) -> bool:
    """Tell whether *value* is one itself: no handlebars, and not blanked out by someone."""
    if isinstance(value, str):
        return "{{" not in value and bool(value.strip("* "))
    return value is not None and not isinstance(value, bool)
