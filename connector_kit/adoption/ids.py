"""Ids: 24 hexadecimal characters (protocol/http-api.md#3-conventions)."""

import hashlib
import re

_ID = re.compile(r"(?i)[0-9a-f]{24}")
_WITHIN = re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])")


def is_id(text: str) -> bool:
    """Tell whether *text* has the form of an id."""
    return bool(_ID.fullmatch(text))


def ids_within(text: str) -> list[str]:
    """Return what has the form of an id inside *text*, in its order."""
    return _WITHIN.findall(text)


def proper(text: str) -> str:
    """Return *text* if it is an id, or empty; else always the same id in place of it."""
    if not text or is_id(text):
        return text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
