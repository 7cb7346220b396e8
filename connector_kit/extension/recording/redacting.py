"""A call and its answer without secrets, in the same shape, so that the call can be replayed.

Secrets are recognized by field names. A value that is masked in one place is masked everywhere
else, in the options and in the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from connector_kit.documents import MASK
from connector_kit.documents.redaction import Hidden, declared_secrets, redacted
from connector_kit.integrator.transport.redact import redact

TOKEN = "one-time-token-of-a-sample"  # noqa: S105 - a placeholder for a token
"""The ``bearerToken`` of every sample."""

SHORTEST = 4
"""Characters of a masked value that is looked for elsewhere; shorter ones are parts of words."""

MOST_PARTS = 200
"""Masked values that are also looked for inside longer texts, not only as whole values."""

_IN_TEXT = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")


def without_secrets(
    options: Mapping[str, Any], answer: Any, masks: Sequence[str] = ()
) -> tuple[dict[str, Any], Any]:
    """Return *options* and *answer* with stand-ins for secrets, and for fields that *masks* name.

    Personal data keep their shape: ``ann@example.com`` becomes ``xxx@xxxxxxx.xxx``.
    """
    known: dict[str, str] = {}
    token = options.get("bearerToken")
    if isinstance(token, str) and token:
        known[token] = TOKEN
    both = (dict(options), answer)
    declared = Hidden(declared_secrets())
    cleaned = [_cleaned(item, redact(redacted(declared.over(item))), known) for item in both]
    masked = [_masked(item, masks, known) for item in cleaned] if masks else cleaned
    replaced, answered = (Replacing(known)(item) for item in masked)
    return replaced | ({"bearerToken": TOKEN} if "bearerToken" in options else {}), answered


class Replacing:
    """Replaces further occurrences of values that were masked."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._whole = known
        parts = sorted(
            (secret for secret in known if len(secret) >= SHORTEST), key=len, reverse=True
        )
        self._parts = re.compile("|".join(map(re.escape, parts[:MOST_PARTS]))) if parts else None

    def __call__(self, value: Any) -> Any:
        """Return *value* with all its texts replaced."""
        if isinstance(value, dict):
            return {name: self(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self(item) for item in value]
        if not isinstance(value, str):
            return value
        if value in self._whole and len(value) >= SHORTEST:
            return self._whole[value]
        if self._parts:
            value = self._parts.sub(lambda found: self._whole[found[0]], value)
        return _IN_TEXT.sub(rf"\1 {MASK}", value)


def _cleaned(value: Any, clean: Any, known: dict[str, str]) -> Any:
    """Return *value* with masks where *clean*, the same redacted, has them; shapes are kept."""
    if clean == MASK and value != MASK:
        return _all_masked(value, known)
    if isinstance(value, dict) and isinstance(clean, dict):
        return {name: _cleaned(item, clean[name], known) for name, item in value.items()}
    if isinstance(value, list) and isinstance(clean, list):
        return [_cleaned(*row, known) for row in zip(value, clean, strict=True)]
    return clean


def _all_masked(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _all_masked(item, known) for name, item in value.items()}
    if isinstance(value, list):
        return [_all_masked(item, known) for item in value]
    if isinstance(value, str) and value:
        return known.setdefault(value, MASK)
    return 0 if isinstance(value, int | float) and not isinstance(value, bool) else value


def _masked(value: Any, masks: Sequence[str], known: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_masked(item, masks, known) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _shapes(item, known)
        if any(fnmatchcase(name.lower(), mask.lower()) for mask in masks)
        else _masked(item, masks, known)
        for name, item in value.items()
    }


def _shapes(value: Any, known: dict[str, str]) -> Any:
    """Return *value* with letters and digits replaced in all that it holds."""
    if isinstance(value, dict):
        return {name: _shapes(item, known) for name, item in value.items()}
    if isinstance(value, list):
        return [_shapes(item, known) for item in value]
    if isinstance(value, str):
        letters = _LETTER.sub(lambda found: "X" if found[0].isupper() else "x", value)
        return known.setdefault(value, re.sub(r"\d", "0", letters))
    return 0 if isinstance(value, int | float) and not isinstance(value, bool) else value
