"""Which request an import makes for a record (``http`` and ``rest``, protocol/resources.md#import).

Addresses, methods, bodies and rules for the answer are arrays, one entry per operation; the legacy
``rest`` accepts single strings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connector_kit.sandbox.connections.requests import TYPES
from connector_kit.sandbox.http.errors import missing
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.templates import extract_value
from connector_kit.sandbox.unsimulated import APPLICATIONS, not_simulated

_RULES = ("resourcePath", "resourceIdPath", "successPath", "successValues", "failPath")


@dataclass(frozen=True)
class Operation:
    """One of the requests that an import can make."""

    index: int
    method: str
    relative_uri: str
    body: str
    details: Document = field(repr=False)


def operation_for(import_: Document, connection: Document, record: Any) -> Operation | None:
    """Return the operation that *record* calls for, None when it must be ignored."""
    details = _details(import_, connection)
    is_there = _is_there(details, record)
    if import_.get("ignoreExisting") and is_there:
        return None
    if import_.get("ignoreMissing") and is_there is False:
        return None
    wanted = None if is_there is None else "UPDATE" if is_there else "CREATE"
    types = _listed(details.get("requestType"))
    index = types.index(wanted) if wanted in types else 0
    relative_uri = _nth(details.get("relativeURI"), index)
    if relative_uri is None:
        raise missing("relativeURI")
    return Operation(
        index=index,
        method=str(_nth(details.get("method"), index) or "POST").upper(),
        relative_uri=str(relative_uri),
        body=str(_nth(details.get("body"), index) or ""),
        details=details,
    )


def rules_for(operation: Operation) -> Document:
    """Return how the operation's answer is read, in the words of `responses.failure`."""
    details = operation.details
    told = details["response"] if isinstance(details.get("response"), dict) else details
    rules: Document = {name: _nth(told.get(name), operation.index) for name in _RULES}
    for name in ("successValues", "failValues"):
        values = _nth(told.get(name), operation.index)
        rules[name] = values if isinstance(values, list) else _listed(told.get(name))
    rules["errorPath"] = _nth(told.get("errorPath"), operation.index)
    rules["resourceIdPath"] = rules["resourceIdPath"] or _nth(
        details.get("responseIdPath"), operation.index
    )
    return rules


def _details(import_: Document, connection: Document) -> Document:
    for name in TYPES:
        if isinstance(import_.get(name), dict):
            details: Document = import_[name]
            return details
    kind = str(import_.get("adaptorType") or connection.get("type"))
    raise not_simulated(APPLICATIONS, f"an import of the kind {kind}")


def _is_there(details: Document, record: Any) -> bool | None:
    """Whether the record exists in the application already, None when the import does not ask."""
    path = details.get("existingExtract") or details.get("ignoreExtract")
    if not path:
        return None
    return extract_value(record, str(path)) not in (None, "")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _nth(value: Any, index: int) -> Any:
    items = _listed(value)
    return items[index] if index < len(items) else items[0] if items else None
