"""Removes secrets from documents and logs before they are kept."""

import logging
import re
from typing import Any, TypeVar

from connector_kit.blueprint.resources import TYPES
from connector_kit.documents import MASK

Value = TypeVar("Value")

SECRET_FIELDS = frozenset(
    path.rpartition(".")[2] for row in TYPES.values() for path in row.secrets
) - {"ca", "cert", "key", "secret", "queryParameters"} | {
    "apiToken",
    "authorization",
    "systemToken",
}
"""Fields that hold secrets wherever they occur (protocol/resources.md marks them)."""

SECRET_FIELDS_WITHIN = frozenset(
    tuple(path.split(".")[-2:]) for row in TYPES.values() for path in row.secrets
)
"""Fields that hold secrets within one sub-object, with its name."""

_SECRET_HEADER = re.compile(r"auth|token|secret|key|cookie|password", re.IGNORECASE)


def redact(value: Value) -> Value:
    """Return *value*, a document or part of one, with every secret replaced by the mask.

    Secrets are known by the names of their fields and, in lists of headers, by the header's name.
    References (``{"$ref": name}``) and empty values are no secrets.
    """
    redacted: Value = _redacted(value, "")
    return redacted


def _redacted(value: Any, holder: str) -> Any:
    if isinstance(value, list):
        return [_redacted(item, holder) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"name", "value"} and value["value"]:
        header = value["name"]
        if isinstance(header, str) and _SECRET_HEADER.search(header):
            return {**value, "value": MASK}
    redacted = {}
    for name, inner in value.items():
        is_text = name in SECRET_FIELDS and not isinstance(inner, dict | list)
        if is_text or (holder, name) in SECRET_FIELDS_WITHIN or name == "encrypted":
            redacted[name] = MASK if inner else inner
        else:
            redacted[name] = _redacted(inner, name)
    return redacted


_IN_TEXT = re.compile(
    r"""(?ix)
    (?P<before> \bbearer\s+ | \b(?:bearer|system|refresh|access)_?token["']?\s*[:=]\s*["']? )
    (?P<secret> [^\s"',}&]+ )
    """
)


class SecretFilter(logging.Filter):
    """Masks tokens in the text of log records; for handlers and loggers of any configuration."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask what *record* would say, and let it pass."""
        text = record.getMessage()
        masked = _IN_TEXT.sub(rf"\g<before>{MASK}", text)
        if masked != text:
            record.msg, record.args = masked, ()
        return True
