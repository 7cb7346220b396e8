"""Secrets in documents, recognised by their keys, so that a plan can be shown and stored."""

import re

from connector_kit.blueprint.documents import MASK, Json

_SECRET_KEY = re.compile(
    r"(?:password|passphrase|secret|token|credentials?|authorization|api[-_]?key|auth[-_]?key"
    r"|private[-_]?key|access[-_]?key|secret[-_]?key|consumer[-_]?key|tokenid|certid)$"
    r"|^(?:key|encrypted|cookie|set-cookie)$",
    re.IGNORECASE,
)
_SECRET_ITEM = re.compile(r"\[\w+=([^]]*)\]\.(\w+)$")
_NAMES = ("name", "generate", "id")
_VALUES = frozenset({"value", "hardCodedValue", "extract", "default"})


def is_secret_key(key: str) -> bool:
    """Tell whether a value under *key* is a secret, judging by the words the platform uses."""
    return _SECRET_KEY.search(key) is not None


def redacted(value: Json, key: str = "") -> Json:
    """Return *value*, which stands under *key*, with the mask in place of every secret in it.

    An object under a secret key is looked into (``auth.token`` has settings of its own), but for
    ``encrypted``, which holds nothing but secrets.
    """
    if isinstance(value, dict) and key.lower() != "encrypted":
        return _object(value)
    if isinstance(value, list) and not is_secret_key(key):
        return [redacted(item) for item in value]
    return MASK if is_secret_key(key) and value is not None else value


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
