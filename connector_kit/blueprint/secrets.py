"""Where documents hold secrets: the platform's own list, and what the names of others say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from connector_kit.blueprint.resources import TYPES, resource_type
from connector_kit.documents import MASK, Document, referred
from connector_kit.documents.redaction import is_secret_key, without_passwords
from connector_kit.documents.walking import at, dotted, leaves

_VALUES = frozenset({"value", "hardCodedValue"})
_NAMES = ("name", "generate")
_COMMON = frozenset({"key", "cookie", "wallet", "pfx"})
"""Words that name a secret only on the platform's list, and harmless values elsewhere."""

_PICKED = re.compile(r"\[(?:\w+=)?([^]]*)\]")


def leads_to_secret(steps: Sequence[str]) -> bool:
    """Tell whether a path of keys, and of ``[name=…]`` that pick items, ends at a secret."""
    keys = [step for step in steps if not step.startswith("[")]
    if not keys:
        return False
    if "encrypted" in keys or is_secret_key(keys[-1]):
        return True
    picked = _PICKED.fullmatch(steps[-2]) if len(steps) > 1 else None
    if picked and keys[-1] in _VALUES and is_secret_key(picked[1]):
        return True
    return any(".".join(keys) in row.secrets for row in TYPES.values())


def literal_secrets(resource: str, document: Document) -> Iterator[str]:
    """Yield the path of every secret that *document* holds literally.

    Handlebars, what is empty, and what is blanked out hold none.
    """
    listed = resource_type(resource).secrets
    for path, value in leaves(document, skip=_LEFT_OUT):
        around, key = at(document, path[:-1]), path[-1]
        if not isinstance(key, str) or referred(around) is not None:
            continue
        place = dotted(path)
        plain = _INDEX.sub("", place)
        is_secret = (
            any(plain == secret or plain.startswith(f"{secret}.") for secret in listed)
            or ("." in place and is_secret_key(key) and key.lower() not in _COMMON)
            or (key in _VALUES and any(is_secret_key(str(around.get(name))) for name in _NAMES))
        )
        if isinstance(value, str):
            text = value.strip()
            is_blank = not text.strip("*") or "{{" in text or _PLACEHOLDER.fullmatch(text)
            has_password = without_passwords(value) != value and MASK not in value
            if has_password or (is_secret and not is_blank):
                yield place
        elif is_secret and value is not None and not isinstance(value, bool):
            yield place


_INDEX = re.compile(r"\[\d+\]")
_PLACEHOLDER = re.compile(r"<[^<>]*>|\{[^{}]*\}")

_LEFT_OUT = frozenset({("content",), ("settings",), ("settingsForm",)})
"""Code is data, as samples are; settings have rules of their own."""
