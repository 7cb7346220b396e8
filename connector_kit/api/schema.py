"""The OpenAPI description: what drf-spectacular reads from the views, and their errors."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import SAFE_METHODS

from connector_kit.api.auth import scope_of

ERRORS = {
    "400": "The request is not valid.",
    "401": "The token or session is unknown.",
    "403": "The scope is not granted, or the CSRF token is missing.",
    "404": "Not found.",
    "429": "Too many requests; Retry-After says how many seconds to wait.",
    "502": "integrator.io refused the request or sent an invalid response.",
    "503": "integrator.io is not available, or a setting is missing.",
}
ERRORS_OF_WRITES = {
    "409": "The request conflicts with the current state; see the message.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "The request cannot be fulfilled; each error names its field.",
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
    """Also says which scope an operation requires."""

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular allows None
        """Return the view's words, and its scope."""
        words = super().get_description() or ""
        scope = scope_of(self.view, self.method)
        return f"{words}\n\nScope: `{scope}`.".strip() if scope else words


def with_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the errors that every operation may answer with; called by drf-spectacular."""
    result["components"].setdefault("schemas", {})["Errors"] = _ERRORS_SCHEMA
    content = {"schema": {"$ref": "#/components/schemas/Errors"}}
    for item in result["paths"].values():
        for method, operation in item.items():
            is_read = method.upper() in SAFE_METHODS
            errors = ERRORS | ({"409": ERRORS_OF_WRITES["409"]} if is_read else ERRORS_OF_WRITES)
            for status, words in errors.items():
                response = {"description": words, "content": {"application/json": content}}
                operation["responses"].setdefault(status, response)
    return result
