"""Secrets in documents, recognized by their keys, so that a plan can be shown and stored."""

import re

from connector_kit.blueprint.documents import MASK, Json

_SECRET_KEY = re.compile(
    r"(?:password|passwd|passphrase|passcode|secret|token|credentials?|authorization"
    r"|(?:api|auth|private|access|secret|consumer|client|master|shared|signing|subscription"
    r"|(?:en|de)crypt(?:ion)?)[-_ ]?key|token[-_ ]?id|certid|pin[-_ ]?code|pkcecodeverifier)\d*$"
    r"|^(?:key|encrypted|cookie|set-cookie|wallet|pfx)$",
    re.IGNORECASE,
)
_SECRET_WORDS = frozenset({"bearer", "jwt", "otp", "pass", "pin", "pwd", "refresh", "signature"})
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SECRET_ITEM = re.compile(r"\[\w+=([^]]*)\]\.(\w+)$")
_NAMES = ("name", "generate", "id")
_VALUES = frozenset({"value", "hardCodedValue", "extract", "default"})

_PASSWORD_IN_URL = re.compile(r"(://[^/\s:@{\"']*:)(?!\{\{)[^/\s@\"']+(?=@)")
_QUERY = re.compile(r"([?&])([\w.-]+)=(?!\{)([^&#\s\"']+)")


def is_secret_key(key: str) -> bool:
    """Tell whether a value under *key* is a secret, judging by the words the platform uses.

    Short words count as the last of a name only: ``door_pin`` and ``doorPin``, not ``shipping``.
    """
    if _SECRET_KEY.search(key):
        return True
    words = _WORD.findall(key)
    return bool(words) and words[-1].lower() in _SECRET_WORDS


def redacted(value: Json, key: str = "") -> Json:
    """Return *value*, which stands under *key*, with the mask in place of every secret in it.

    An object under a secret key is looked into (``auth.token`` has settings of its own), but for
    ``encrypted``, which holds nothing but secrets. Yes and no are never secrets. Of an address with
    a password, only that is masked.
    """
    if isinstance(value, dict) and key.lower() != "encrypted":
        return _object(value)
    if isinstance(value, list) and not is_secret_key(key):
        return [redacted(item) for item in value]
    if is_secret_key(key) and value is not None and not isinstance(value, bool):
        return MASK
    return without_passwords(value) if isinstance(value, str) else value


def without_passwords(text: str) -> str:
    """Return *text* with the password masked of every address in it: before host, or in a query."""
    if "://" not in text:
        return text
    return _QUERY.sub(_parameter, _PASSWORD_IN_URL.sub(rf"\g<1>{MASK}", text))


def _parameter(found: re.Match[str]) -> str:
    start, name, value = found.groups()
    return f"{start}{name}={MASK if is_secret_key(name) else value}"


def redacted_at(path: str, value: Json) -> Json:
    """Return *value*, which stands at *path* as a field change spells it, with secrets masked."""
    item = _SECRET_ITEM.search(path)
    if item and is_secret_key(item[1]) and item[2] in _VALUES:
        return MASK
    keys = path.split(".")
    return MASK if "encrypted" in keys[:-1] else redacted(value, keys[-1])


def _object(value: dict[str, Json]) -> Json:
    hidden = _VALUES if _names_a_secret(value) else frozenset()
    return {key: MASK if key in hidden else redacted(item, key) for key, item in value.items()}


def _names_a_secret(value: dict[str, Json]) -> bool:
    """A header called Authorization keeps its secret under ``value``."""
    return any(isinstance(name := value.get(key), str) and is_secret_key(name) for key in _NAMES)
