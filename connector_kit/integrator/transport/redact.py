"""Removes secrets from documents and logs before they are kept."""

import logging
import re
from typing import Any, TypeVar

from connector_kit.documents import MASK

Value = TypeVar("Value")

SECRET_FIELDS = frozenset(
    {
        "apiToken",
        "authKey",
        "authorization",
        "bearerToken",
        "certId",
        "clientSecret",
        "consumerKey",
        "consumerSecret",
        "encrypted",
        "password",
        "privateKey",
        "refreshToken",
        "secretAccessKey",
        "secretKey",
        "systemToken",
        "token",
        "tokenId",
        "tokenSecret",
    }
)
"""Fields that hold secrets wherever they occur (protocol/resources.md marks them)."""

SECRET_FIELDS_WITHIN = {"webhook": frozenset({"key"})}
"""Fields that hold secrets within one sub-object and harmless values elsewhere."""

_SECRET_HEADER = re.compile(r"auth|token|secret|key|cookie|password", re.IGNORECASE)


def redact(value: Value) -> Value:
    """Return *value*, a document or part of one, with every secret replaced by the mask.

    Secrets are known by the names of their fields and, in lists of headers, by the header's name.
    References (``{"$ref": name}``) and empty values are no secrets.
    """
    redacted: Value = _redacted(value, frozenset())
    return redacted


def _redacted(value: Any, also_secret: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_redacted(item, also_secret) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"name", "value"} and value["value"]:
        header = value["name"]
        if isinstance(header, str) and _SECRET_HEADER.search(header):
            return {**value, "value": MASK}
    redacted = {}
    for name, inner in value.items():
        is_secret = name in SECRET_FIELDS or name in also_secret
        if is_secret and (name == "encrypted" or not isinstance(inner, dict | list)):
            redacted[name] = MASK if inner else inner
        else:
            redacted[name] = _redacted(inner, SECRET_FIELDS_WITHIN.get(name, frozenset()))
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
