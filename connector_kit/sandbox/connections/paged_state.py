"""The state of a paged export: opaque to the caller, and protected (protocol/http-api.md U24)."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any

from connector_kit.sandbox.http.errors import Refusal, invalid
from connector_kit.sandbox.http.wire import Document, render

FIELD = "pagedExportState"


def signed(state: Document, export: Document, secret: bytes, now: float) -> Document:
    """Return *state* with the time and a signature that holds for this export only."""
    dated = {**state, "issuedAt": int(now)}
    return {**dated, "sig": _signature(dated, export, secret)}


def checked(state: Any, export: Document, secret: bytes) -> Document:
    """Return a state that came back; raises `Refusal` 422 when it, or the export, was changed."""
    if not isinstance(state, dict):
        raise invalid(FIELD, "must be an object")
    dated = {name: value for name, value in state.items() if name != "sig"}
    signature = _signature(dated, export, secret)
    if not hmac.compare_digest(signature.encode(), str(state.get("sig")).encode()):
        raise _changed()
    if state.get("done"):
        raise invalid(FIELD, "says that there are no more pages")
    return dated


def _changed() -> Refusal:
    return invalid(f"{FIELD}.sig", "does not match: send state and export back unchanged")


def _signature(state: Document, export: Document, secret: bytes) -> str:
    ordered = [sorted(state.items()), sorted(export.items())]
    return hmac.new(secret, render(ordered), sha256).hexdigest()
