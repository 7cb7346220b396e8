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
    details = next((import_[name] for name in TYPES if isinstance(import_.get(name), dict)), None)
    if details is None:
        kind = str(import_.get("adaptorType") or connection.get("type"))
        raise not_simulated(APPLICATIONS, f"an import of the kind {kind}")
    # Whether the application has the record already, None when the import does not ask.
    path = details.get("existingExtract") or details.get("ignoreExtract")
    is_there = extract_value(record, str(path)) not in (None, "") if path else None
    if import_.get("ignoreExisting") and is_there:
        return None
    if import_.get("ignoreMissing") and is_there is False:
        return None
    request_type = None if is_there is None else "UPDATE" if is_there else "CREATE"
    types = _listed(details.get("requestType"))
    index = types.index(request_type) if request_type in types else 0
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
    response = details["response"] if isinstance(details.get("response"), dict) else details
    index = operation.index
    rules: Document = {name: _nth(response.get(name), index) for name in _RULES}
    for name in ("successValues", "failValues"):
        values = _nth(response.get(name), index)
        rules[name] = values if isinstance(values, list) else _listed(response.get(name))
    rules["errorPath"] = _nth(response.get("errorPath"), index)
    rules["resourceIdPath"] = rules["resourceIdPath"] or _nth(details.get("responseIdPath"), index)
    return rules


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _nth(value: Any, index: int) -> Any:
    items = _listed(value)
    return items[index] if index < len(items) else items[0] if items else None
