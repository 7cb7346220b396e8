"""What stays behind of a document: the server's fields, the account's own, secrets, samples.

Each with its reason, so that the author can be told. Fields and marks: protocol/resources.md.
"""

import re
from collections.abc import Iterable, Iterator

from connector_kit.blueprint import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.blueprint.placeholders import is_placeholder
from connector_kit.blueprint.resources import resource_type
from connector_kit.documents import MASK, Document, Json
from connector_kit.documents.walking import FREE_DATA_FIELDS, Path, at, leaves_of, strings

SERVER = "set by the server"
ACCOUNT = "account-specific; the kit writes it for each installation"
SECRET = "secret; the customer enters it"  # noqa: S105  the words for it
MASKED = "a mask that stands for secret; the customer enters it"
TO_ENTER = "a placeholder; the customer enters it"
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

SAMPLE = "sample data; use --keep-samples to include it"

_SAMPLES = FREE_DATA_FIELDS | {"mockInput", "mockRequest", "pathSamples"}
"""Fields that hold samples, at any depth: tools and APIs have theirs in nested parts
(protocol/resources.md#export, #import, protocol/platform-2026.md#7-imports, #9)."""

_AUTHORS_OWN = frozenset({"configuration", "map", "settings"})
"""Objects whose keys are the author's: a field of that name is no sample there."""


def residue(resource: str, document: Document, *, keep_samples: bool = True) -> dict[Path, str]:
    """Return the path and the reason of everything in *document* that no connector declares."""
    found: dict[Path, str] = {}
    for path, reason in _all(resource, document):
        if not any(path[:length] in found for length in range(1, len(path) + 1)):
            found[path] = reason
    if keep_samples:
        return found
    whole = list(samples(document))
    outside = {
        path: reason
        for path, reason in found.items()
        if not any(path[: len(sample)] == sample for sample in whole)
    }
    return outside | dict.fromkeys(whole, SAMPLE)


def samples(value: Json, path: Path = ()) -> Iterator[Path]:
    """Yield where *value*, which is at *path*, holds a sample that is not empty.

    Samples are what the applications of the author's account once answered.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _SAMPLES and item not in (None, "", [], {}):
                yield (*path, key)
            elif key not in _AUTHORS_OWN:
                yield from samples(item, (*path, key))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from samples(item, (*path, n))


def has_secret_inside(text: str) -> bool:
    """Tell whether *text* seems to be more than a secret, and to hold one."""
    return bool(_SECRET_INSIDE.search(text))


def _all(resource: str, document: Document) -> Iterator[tuple[Path, str]]:
    yield from (((key,), SERVER) for key in document if key in _VOLATILE)
    yield from (((key,), ACCOUNT) for key in document if key in ENVELOPE_FIELDS)
    yield from ((path, TO_ENTER) for path, text in strings(document) if is_placeholder(text))
    if resource == "exports" and document.get("asynchronous") is False:
        yield ("asynchronous",), ALWAYS_TRUE
    yield from _listed(document, _READ_ONLY.get(resource, ()), READ_ONLY)
    secrets = (*resource_type(resource).secrets, *_OLDER_SECRETS.get(resource, ()))
    yield from _listed(document, secrets, SECRET)
    if resource == "connections":
        yield from (
            (path, SECRET)
            for path, value in leaves_of(document)
            if len(path) > 1 and _SECRET_WORD.fullmatch(str(path[-1])) and _is_literal(value)
        )
    for path, text in strings(document):
        if text == MASK:
            yield path, MASKED
        elif len(path) >= 3 and path[-1] == "_id" and path[-3] in _PARTS:
            yield path, SERVER
        elif _is_secret_header(document, path, text):
            yield path, SECRET
    # Samples are no configuration: `strings` passes them over.
    for path, value in leaves_of(document.get("sampleHeaders"), ("sampleHeaders",)):
        if isinstance(value, str) and _is_secret_header(document, path, value):
            yield path, SECRET


def _listed(document: Document, places: Iterable[str], reason: str) -> Iterator[tuple[Path, str]]:
    for place in places:
        path = tuple(place.split("."))
        if at(document, path):
            yield path, reason


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
