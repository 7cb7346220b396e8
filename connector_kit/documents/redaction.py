"""Secrets in documents, recognized by their keys, so that a plan can be shown and stored."""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass

from connector_kit.documents.symbolic import MASK, Json

_SECRET_KEY = re.compile(
    r"(?:password|passwd|passphrase|passcode|secret|token|credentials?|authorization"
    r"|(?:api|auth|private|access|secret|consumer|client|master|shared|signing|subscription"
    r"|(?:en|de)crypt(?:ion)?)[-_ ]?key|token[-_ ]?id|certid|pin[-_ ]?code|pkcecodeverifier)\d*$"
    r"|^(?:key|encrypted|cookie|set-cookie|wallet|pfx)$",
    re.IGNORECASE,
)
_SECRET_WORDS = frozenset({"bearer", "jwt", "otp", "pass", "pin", "pwd", "refresh", "signature"})
_HOLDERS = frozenset({"queryparameters", "ssl"})
"""Objects all of whose texts are secrets, whatever they are called (protocol/schemas-2026.json)."""

SHORTEST = 4
"""The fewest characters of a secret to look for within texts."""

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


def is_one_of(name: str, names: Set[str]) -> bool:
    """Tell whether *name* is among *names*, also as a page calls it for a store: ``pin-s2``."""
    return name in names or name.partition("-")[0] in names


@dataclass(frozen=True)
class Hidden:
    """What must not be shown of one installation: settings by *names*, and *values* anywhere.

    *shown* are settings whose names only sound secret.

    Values of fewer than `SHORTEST` characters are hidden when they are the whole text, but not
    within a longer text, where they may be harmless.
    """

    names: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()

    def found_in(self, settings: Json) -> frozenset[str]:
        """Return the secrets among *settings*, as they would appear in a text."""
        if isinstance(settings, list):
            return frozenset().union(*map(self.found_in, settings))
        if not isinstance(settings, dict):
            return frozenset()
        found: set[str] = set()
        for key, value in settings.items():
            if not self._is_hidden(str(key)):
                found |= self.found_in(value)
            elif isinstance(value, str | int | float) and not isinstance(value, bool):
                found.add(str(value))
        return frozenset(found - {""})

    def over(self, value: Json) -> Json:
        """Return *value* with everything hidden masked."""
        if isinstance(value, list):
            return [self.over(item) for item in value]
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, str):
            return self.over_text(value)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return MASK if is_number and str(value) in self.values else value

    def over_text(self, text: str) -> str:
        """Return *text* with every hidden value masked."""
        if text in self.values:
            return MASK
        for value in sorted(self.values, key=len, reverse=True):
            if len(value) >= SHORTEST:
                text = text.replace(value, MASK)
        return text

    def _object(self, value: dict[str, Json]) -> Json:
        secret = {key for key in value if self._is_hidden(key)}
        if any(self._is_hidden(str(value.get(key))) for key in (*_NAMES, "setting")):
            secret |= _VALUES | {"before", "after"}
        if isinstance(path := value.get("path"), str):
            item = _SECRET_ITEM.search(path)
            if self._is_hidden(item[1] if item else path.rsplit(".", maxsplit=1)[-1]):
                secret |= {"before", "after"}
        return {
            key: MASK
            if key in secret and item not in (None, "") and not isinstance(item, bool)
            else self.over(item)
            for key, item in value.items()
        }

    def _is_hidden(self, name: str) -> bool:
        return not is_one_of(name, self.shown) and (
            is_one_of(name, self.names)
            or is_secret_key(name)
            or is_secret_key(name.partition("-")[0])
        )


_declared: set[str] = set()


def declare_secret(names: Iterable[str]) -> None:
    """Remember that settings called *names* are secret, whatever the names suggest.

    For code that handles values of settings without knowing their connector: records on their way
    to the database, samples of calls. The set only grows, with every connector that a process
    loads.
    """
    _declared.update(names)


def is_declared_secret(name: str) -> bool:
    """Tell whether this process knows that a setting called *name* was declared secret."""
    return name in _declared


def declared_secrets() -> frozenset[str]:
    """The names of settings of which this process knows that they were declared secret."""
    return frozenset(_declared)


def redacted(value: Json, key: str = "") -> Json:
    """Return *value*, found under *key*, with every secret in it masked.

    An object under a secret key is searched (``auth.token`` has settings of its own), except
    ``encrypted``, which holds only secrets, like ``ssl``, whose fields are shown. Booleans are
    never secrets. In an address with a password, only the password is masked.
    """
    if isinstance(value, dict) and key.lower() in _HOLDERS:
        return {name: MASK if isinstance(item, str) else item for name, item in value.items()}
    if isinstance(value, dict) and key.lower() != "encrypted":
        return _object(value)
    if isinstance(value, list) and not is_secret_key(key):
        return [redacted(item) for item in value]
    if is_secret_key(key) and value is not None and not isinstance(value, bool):
        return MASK
    return without_passwords(value) if isinstance(value, str) else value


def without_passwords(text: str) -> str:
    """Return *text* with the password masked of every address in it: before host, or in a query."""
    if "=" not in text and "@" not in text:
        return text
    return _QUERY.sub(_parameter, _PASSWORD_IN_URL.sub(rf"\g<1>{MASK}", text))


def _parameter(found: re.Match[str]) -> str:
    start, name, value = found.groups()
    return f"{start}{name}={MASK if is_secret_key(name) else value}"


def redacted_at(path: str, value: Json) -> Json:
    """Return *value*, found at *path* as a field change spells it, with secrets masked."""
    item = _SECRET_ITEM.search(path)
    if item and is_secret_key(item[1]) and item[2] in _VALUES:
        return MASK
    keys = path.split(".")
    if "encrypted" in keys[:-1] or _HOLDERS.intersection(map(str.lower, keys[:-1])):
        return redacted(value, "encrypted")
    return redacted(value, keys[-1])


def _object(value: dict[str, Json]) -> Json:
    # A header called Authorization keeps its secret under `value`.
    names = (name for name in map(value.get, _NAMES) if isinstance(name, str))
    hidden = _VALUES if any(map(is_secret_key, names)) else frozenset()
    return {key: MASK if key in hidden else redacted(item, key) for key, item in value.items()}
