"""Secrets in lines of the log are masked: by what they look like, and by the names of values."""

from __future__ import annotations

import re
from functools import lru_cache

from connector_kit.documents.redaction import is_secret_key

MASK = "******"

_KNOWN_BY_FORM = re.compile(
    r"""(?ix)
    (?P<before>
        \b(?:Bearer|Basic)\s+
      | ://[^/\s:@]*:(?=[^/\s@]*@)
      | \b(?:ck|whsec|sk|rk|ghp|gho|ghs|glpat|shp(?:at|ss|ca)|xox[abprs])[_-](?=[\w+/-]{6})
      | \beyJ(?=[\w-]{8,}\.[\w-]+)
    )
    [^\s"',&@}\])]+
    """
)
"""Secrets that are recognized by their form, or by what precedes them."""

_NAMED = re.compile(
    r"""(?x)
    (?P<before> (?P<name>[\w.-]+) \\*["']? \s* [=:] \s* )
    (?P<value> \\*"[^"]*" | \\*'[^']*' | [^\s"',&@}\])]+ )
    """
)
"""Values with a name, as in queries, headers, JSON and settings."""

_SCHEMES = frozenset({"bearer", "basic", "digest", "token"})

_HINTS = (
    *("bearer", "basic", "token", "secret", "pass", "key", "auth", "credential", "cookie"),
    *("pwd", "pin", "otp", "jwt", "signature", "refresh", "encrypted", "wallet", "pfx", "cert"),
    *("://", "ck_", "whsec", "sk_", "rk_", "ghp", "gho", "ghs", "glpat", "shp", "xox", "eyj"),
)
"""What every text with a secret contains: most lines need no closer check."""


def without_secrets(line: str) -> str:
    """Return *line* with apparent secrets masked.

    `is_secret_key` decides which names mean a secret, as for documents.
    """
    lowered = line.lower()
    for hint in _HINTS:
        if hint in lowered:
            known = _KNOWN_BY_FORM.sub(rf"\g<before>{MASK}", line)
            return _without_named(known)
    return line


def _without_named(line: str) -> str:
    """Mask values by their names; a value that is not masked may contain names itself."""
    done, place = "", 0
    while found := _NAMED.search(line, place):
        value = found["value"]
        done += line[place : found.start("value")]
        if is_secret(found["name"]) and value.lower() not in _SCHEMES and MASK not in value:
            quote = value[0] if value[0] in "\"'" else ""
            done += f"{quote}{MASK}{quote}"
            place = found.end()
        else:
            place = found.start("value")
    return done + line[place:]


is_secret = lru_cache(maxsize=1024)(is_secret_key)
