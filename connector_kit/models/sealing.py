"""Secrets that customers have set, as they are stored: each encrypted in place.

A value under the name of a secret becomes ``{"$sealed": "<encrypted JSON>"}`` on its way into a
column and is itself again on its way out; everything else is stored as it is. Names are secret by
their wording (`connector_kit.documents.redaction`), or because a release declares them so: code
that writes a setting has read its release before, and reading it makes its secrets known to the
process. A name that one connector declares secret is sealed for all connectors; that never shows
outside.
"""

from __future__ import annotations

import json
from typing import Any

from connector_kit import encryption
from connector_kit.documents.redaction import (
    declare_secret,
    is_declared_secret,
    is_secret_key,
)
from connector_kit.encryption import Unreadable
from connector_kit.errors import ConnectorKitError

SEALED = "$sealed"
_TEXT = f"{SEALED}:"


def is_secret_name(name: str) -> bool:
    """Whether a value under *name* is sealed."""
    named = (name, name.partition("-")[0])  # also as a page calls it for a store
    return any(is_declared_secret(name) or is_secret_key(name) for name in named)


def is_sealed(value: Any) -> bool:
    """Whether *value* is the stored form of an encrypted value."""
    return isinstance(value, dict) and value.keys() == {SEALED} and isinstance(value[SEALED], str)


class KeyLost(ConnectorKitError):
    """Secrets of an installation cannot be read; the message says of what, and the ways out."""

    code = "key_lost"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} were {encryption.LOST_KEY}.",
            hint="If the key is lost, run 'connector-kit embedded rotate-keys --forget-lost': it "
            "discards what cannot be decrypted, and the next operation reads it again from "
            "the customer's account.",
        )


def sealed(value: Any) -> Any:
    """Return *value* with every secret in it encrypted; what is sealed already stays as it is."""
    if isinstance(value, list):
        return [sealed(item) for item in value]
    if not isinstance(value, dict) or is_sealed(value):
        return value
    return {
        key: _seal(item) if is_secret_name(str(key)) else sealed(item)
        for key, item in value.items()
    }


def secrets_in(value: Any) -> list[Any]:
    """Return the secrets that have a value, wherever they stand in *value*."""
    if isinstance(value, list):
        return [secret for item in value for secret in secrets_in(item)]
    if not isinstance(value, dict):
        return []
    found: list[Any] = []
    for key, item in value.items():
        if not is_secret_name(str(key)):
            found += secrets_in(item)
        elif _is_secret(item):
            found.append(item)
    return found


def opened(value: Any) -> Any:
    """Return *value* with every secret in it as it was; one whose key is lost stays sealed.

    A value that was sealed once is sealed again when it is written, even by a process that has not
    read the release.
    """
    if isinstance(value, list):
        return [opened(item) for item in value]
    if not isinstance(value, dict):
        return value
    if not is_sealed(value):
        declare_secret(str(key) for key, item in value.items() if is_sealed(item))
        return {key: opened(item) for key, item in value.items()}
    try:
        return json.loads(encryption.decrypt(value[SEALED]))
    except Unreadable:
        return value


def holds_sealed(value: Any) -> bool:
    """Whether anything in *value*, as it was read, could not be opened."""
    if is_sealed(value):
        return True
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(holds_sealed(item) for item in items)


def sealed_text(text: str) -> str:
    """Return all of *text*, encrypted."""
    return _TEXT + encryption.encrypt(text)


def opened_text(stored: str) -> str:
    """Return the text that was *stored*, sealed or not; raises `KeyLost`."""
    if not is_sealed_text(stored):
        return stored
    try:
        return encryption.decrypt(stored.removeprefix(_TEXT))
    except Unreadable:
        raise KeyLost("The documents of an installation with secret settings") from None


def is_sealed_text(stored: str) -> bool:
    """Whether what was *stored* is encrypted as a whole."""
    return stored.startswith(_TEXT)


def _seal(value: Any) -> Any:
    if not _is_secret(value) or is_sealed(value):
        return value
    return {SEALED: encryption.encrypt(json.dumps(value, ensure_ascii=False))}


def _is_secret(value: Any) -> bool:
    """Whether *value* can be a secret: empty values and booleans cannot."""
    return not isinstance(value, bool) and value not in (None, "", [], {})
