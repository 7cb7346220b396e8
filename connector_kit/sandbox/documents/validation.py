"""What makes a document acceptable: the platform's schemas, and what they do not say.

All problems are reported at once (protocol/resources.md, protocol/platform-2026.md#17).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connector_kit.sandbox.documents.fields import wrong_kinds
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.documents.schemas import violations
from connector_kit.sandbox.documents.services import api_errors, server_errors, tool_errors
from connector_kit.sandbox.http.errors import Refusal, invalid, invalid_entry, missing_entry
from connector_kit.sandbox.http.wire import Document, instant

REQUIRED = {
    "connections": ("name", "type"),
    "exports": ("name",),
    "imports": ("name",),
    "flows": ("name",),
    "integrations": ("name",),
    "scripts": ("name",),
    "stacks": ("name", "type"),
    "connectors": ("name",),
    "iclients": ("provider",),
    "templates": ("name",),
    "asynchelpers": ("name",),
    "lookupcaches": ("name",),
    "tools": ("name", "_integrationId"),
    "mcpservers": ("name", "relativeURI"),
    "accesstokens": ("name",),
}
"""What must not be empty either."""
LONGEST_DEBUGGING = 3600
"""Seconds that a script may be debugged from now on."""
CONNECTOR_FUNCTIONS = ("installerFunction", "uninstallerFunction", "updateFunction")
"""What a listing of framework 1.0 must name."""

TRIAL_DAYS = (14, 30, 60)
_CRON_FIELDS = 6
_CLOCKS_DIFFER = 60
_NEEDS_NO_CONNECTION = re.compile("Webhook|Simple|Tool|AiAgent|Guardrail")


def validate(resource: str, document: Document) -> None:
    """Raise `Refusal` 422 that lists everything that is wrong with *document*."""
    errors = [missing_entry(name) for name in REQUIRED.get(resource, ()) if not document.get(name)]
    if own := _CHECKS.get(resource):
        errors += own(document)
    errors += violations(resource, document)
    first: dict[str, Document] = {}
    for error in errors:
        first.setdefault(
            error.get("field", ""), error
        )  # of one field, the first says best what is wrong
    if first:
        raise Refusal(422, [*first.values()])


def check_kinds(resource: str, document: Document) -> None:
    """Raise `Refusal` 422 when a field holds a value of the wrong kind: nothing else is read."""
    if errors := [*wrong_kinds(resource, document)]:
        raise Refusal(422, errors)


def check_debug_until(resource: str, document: Document, now: float) -> None:
    """Raise `Refusal` 422 when a script would be debugged for longer than an hour."""
    until = document.get("debugUntil")
    if resource != "scripts" or until is None:
        return
    try:
        seconds = instant(until) - now
    except (ValueError, OverflowError) as error:
        raise invalid("debugUntil", f"must be an ISO 8601 date, not {until!r}") from error
    if seconds > LONGEST_DEBUGGING + _CLOCKS_DIFFER:
        raise invalid("debugUntil", "must be at most one hour ahead")


def _export(document: Document) -> Iterator[Document]:
    yield from _needs_connection(document)
    limit = find(document, ("test", "limit"))
    if isinstance(limit, int) and not 1 <= limit <= 100:
        yield invalid_entry("test.limit", "must be between 1 and 100")


def _needs_connection(document: Document) -> Iterator[Document]:
    if document.get("_connectionId") or document.get("type") in ("webhook", "simple"):
        return
    if not _NEEDS_NO_CONNECTION.match(str(document.get("adaptorType") or "")):
        yield missing_entry("_connectionId")


def _import(document: Document) -> Iterator[Document]:
    yield from _needs_connection(document)
    yield from _statuses(document.get("mappings"), "mappings")


def _statuses(mappings: Any, path: str) -> Iterator[Document]:
    """Every line of Mapper 2.0 has a status, at any depth."""
    for index, line in enumerate(_list(mappings)):
        if isinstance(line, dict):
            here = f"{path}[{index}]"
            if not line.get("status"):
                yield missing_entry(f"{here}.status")
            yield from _statuses(line.get("mappings"), f"{here}.mappings")


def _flow(document: Document) -> Iterator[Document]:
    if not is_schedule(document.get("schedule")):
        yield _no_schedule("schedule")
    for index, generator in enumerate(_list(document.get("pageGenerators"))):
        if isinstance(generator, dict) and not is_schedule(generator.get("schedule")):
            yield _no_schedule(f"pageGenerators[{index}].schedule")
    if document.get("routers") and document.get("pageProcessors"):
        yield invalid_entry(
            "pageProcessors", "is not allowed when routers is present; put the steps in a branch"
        )
    for index, step in enumerate(_list(document.get("pageProcessors"))):
        yield from _step(step, f"pageProcessors[{index}]")
    for number, router in enumerate(_list(document.get("routers"))):
        for place, branch in enumerate(_list(find(router, ("branches",)))):
            for index, step in enumerate(_list(find(branch, ("pageProcessors",)))):
                path = f"routers[{number}].branches[{place}].pageProcessors[{index}]"
                yield from _step(step, path)


def is_schedule(value: Any) -> bool:
    """Whether *value* is none, or a cron of six fields that begins with ``?``."""
    if not value:
        return True
    fields = value.split() if isinstance(value, str) else []
    return len(fields) == _CRON_FIELDS and fields[0] == "?"


def _step(step: Any, path: str) -> Iterator[Document]:
    """A page processor runs an export (as a lookup) or an import."""
    if not isinstance(step, dict):
        yield invalid_entry(path, "must be an object")
        return
    reference = {"export": "_exportId", "import": "_importId"}.get(str(step.get("type")))
    if reference is None:
        yield invalid_entry(f"{path}.type", "must be 'export' or 'import'")
    elif not step.get(reference) and not step.get("setupInProgress"):
        yield missing_entry(f"{path}.{reference}")


def _stack(document: Document) -> Iterator[Document]:
    if document.get("type") == "server" and not find(document, ("server", "hostURI")):
        yield missing_entry("server.hostURI")


def _connector(document: Document) -> Iterator[Document]:
    if document.get("trialPeriod") not in (None, *TRIAL_DAYS):
        yield invalid_entry("trialPeriod", "must be 14, 30 or 60")
    if document.get("framework") == "twoDotZero":
        return
    for name in CONNECTOR_FUNCTIONS:
        if not document.get(name):
            yield missing_entry(name)


def _access_token(document: Document) -> Iterator[Document]:
    if document.get("_connectorId") and not document.get("autoPurgeAt"):
        yield missing_entry("autoPurgeAt")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _no_schedule(field: str) -> Document:
    return invalid_entry(field, "must be a cron of six fields, the first a '?': '? */15 * * * *'")


_CHECKS = {
    "exports": _export,
    "imports": _import,
    "flows": _flow,
    "stacks": _stack,
    "connectors": _connector,
    "accesstokens": _access_token,
    "tools": tool_errors,
    "apis": api_errors,
    "mcpservers": server_errors,
}
