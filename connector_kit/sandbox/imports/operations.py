"""Which request an import makes for a record (``http`` and ``rest``, protocol/resources.md#import).

Addresses, methods, bodies and rules for the answer are arrays, one entry per operation; the legacy
``rest`` accepts single strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from connector_kit.sandbox.connections.requests import TYPES
from connector_kit.sandbox.http.errors import missing
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.conditions import CREATE, EMPTY, UPDATE
from connector_kit.sandbox.pipeline.lookups import Lookups
from connector_kit.sandbox.pipeline.simulated import check_request
from connector_kit.sandbox.pipeline.templates import extract_value
from connector_kit.sandbox.unsimulated import APPLICATIONS, MODELS, not_simulated

_RULES = ("resourcePath", "resourceIdPath", "successPath", "successValues", "failPath")


_MODELS = {"AiAgentImport": "aiAgent", "GuardrailImport": "guardrail", "ToolImport": "tool"}
"""Imports without an application, and the field in which they say what to do."""


@dataclass(frozen=True)
class Operation:
    """One of the requests that an import can make."""

    index: int
    method: str
    relative_uri: str
    body: str
    batch_size: int
    details: Document = field(repr=False)

    @cached_property
    def rules(self) -> Document:
        """How its answer is read, in the words of `responses.failure`."""
        details, index = self.details, self.index
        response = details["response"] if isinstance(details.get("response"), dict) else details
        rules: Document = {name: _nth(response.get(name), index) for name in _RULES}
        for name in ("successValues", "failValues"):
            values = _nth(response.get(name), index)
            rules[name] = values if isinstance(values, list) else _listed(response.get(name))
        rules["errorPath"] = _nth(response.get("errorPath"), index)
        fallback = _nth(details.get("responseIdPath"), index)
        rules["resourceIdPath"] = rules["resourceIdPath"] or fallback
        return rules


def request_type(
    import_: Document, lookups: Lookups, record: Any, answers: Mapping[str, Any]
) -> tuple[str, bool | None]:
    """Return ``CREATE`` or ``UPDATE``, and whether the application has *record* already.

    The import finds out by a field of the record or by a lookup, whose *answers* were asked for;
    None when it does not. Then the type is that of its one request, else ``CREATE``.
    """
    details = _details(import_) or {}
    is_there = None
    for prefix in ("existing", "ignore"):
        path, name = details.get(f"{prefix}Extract"), details.get(f"{prefix}LookupName")
        if name:
            is_there = lookups.answer_for(str(name), None, answers) not in EMPTY
        elif path:
            is_there = extract_value(record, str(path)) not in EMPTY
        if is_there is not None:
            return (UPDATE if is_there else CREATE), is_there
    types = _listed(details.get("requestType"))
    return (str(types[0]).upper() if len(types) == 1 else CREATE), None


def check_operations(import_: Document, connection: Document) -> None:
    """Raise `Refusal` 501 where the sandbox cannot make the requests of an import."""
    details = _details(import_)
    if details is None:
        kind = str(import_.get("adaptorType") or connection.get("type"))
        if kind in _MODELS:
            raise not_simulated(MODELS, f"{_MODELS[kind]} of an import")
        raise not_simulated(APPLICATIONS, f"an import of the kind {kind}")
    check_request("imports", details, "http" if "http" in import_ else "rest")


def operation_for(import_: Document, kind: str, is_there: bool | None) -> Operation | None:
    """Return the operation for a record of the `request_type`, None when it must be ignored."""
    if import_.get("ignoreExisting") and is_there:
        return None
    if import_.get("ignoreMissing") and is_there is False:
        return None
    details = _details(import_) or {}
    types = _listed(details.get("requestType"))
    index = types.index(kind) if kind in types else 0
    relative_uri = _nth(details.get("relativeURI"), index)
    if relative_uri is None:
        raise missing("relativeURI")
    return Operation(
        index=index,
        method=str(_nth(details.get("method"), index) or "POST").upper(),
        relative_uri=str(relative_uri),
        body=str(_nth(details.get("body"), index) or ""),
        batch_size=max(1, int(details.get("batchSize") or 1)),
        details=details,
    )


def _details(import_: Document) -> Document | None:
    return next((import_[name] for name in TYPES if isinstance(import_.get(name), dict)), None)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _nth(value: Any, index: int) -> Any:
    items = _listed(value)
    return items[index] if index < len(items) else items[0] if items else None
