"""The OpenAPI description: what drf-spectacular reads off the views, and the errors of them all."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import SAFE_METHODS

from connector_kit.api.permissions import scope_of

ERRORS = {
    "400": "Something that was sent cannot be used.",
    "401": "Nobody is known by this token or session.",
    "403": "The scope is not granted, or the CSRF token is missing.",
    "404": "There is no such thing.",
    "429": "Too many requests; Retry-After says how many seconds to wait.",
    "502": "integrator.io refused, or made no sense.",
    "503": "integrator.io is away, or the settings do not suffice.",
}
ERRORS_OF_WRITES = {
    "409": "It does not fit how things stand; the message says what does.",
    "413": "The body is larger than it may be.",
    "415": "The body is no JSON.",
    "422": "It is no wish that can be met; each error names its field.",
}
_ERRORS_SCHEMA = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "message", "field"],
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "field": {"type": "string", "nullable": True},
                },
            },
        }
    },
}


class Described(AutoSchema):
    """Also says which scope an operation takes."""

    def get_description(self) -> str:  # type: ignore[override]
        """Return the view's words, and its scope."""
        words = super().get_description() or ""
        scope = scope_of(self.view, self.method)
        return f"{words}\n\nScope: `{scope}`.".strip() if scope else words


def with_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the errors that every operation may answer with; called by drf-spectacular."""
    result["components"].setdefault("schemas", {})["Errors"] = _ERRORS_SCHEMA
    for item in result["paths"].values():
        for method, operation in item.items():
            is_read = method.upper() in SAFE_METHODS
            told = ERRORS | ({"409": ERRORS_OF_WRITES["409"]} if is_read else ERRORS_OF_WRITES)
            for status, words in told.items():
                operation["responses"].setdefault(status, _error_response(words))
    return result


def _error_response(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Errors"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}
