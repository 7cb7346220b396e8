"""Tokens of embedded accounts at rest: encrypted, and reported by name if their key is lost."""

from __future__ import annotations

from connector_kit import encryption
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.encryption import KEY_FILE, LOST_KEY, Unreadable, new_key
from connector_kit.integrator.transport.secret import Secret

__all__ = ["KEY_FILE", "decrypted", "encrypted", "new_key", "re_encrypted"]


def encrypted(secret: Secret) -> str:
    """Return *secret* as it may be stored."""
    return encryption.encrypt(secret.reveal())


def decrypted(stored: str, *, whose: object) -> Secret:
    """Return the secret that was *stored*; raises `EmbeddedError` ``token_unreadable``."""
    try:
        return Secret(encryption.decrypt(stored))
    except Unreadable:
        raise _unreadable(whose) from None


def re_encrypted(stored: str, *, whose: object) -> str:
    """Return what was *stored*, encrypted with the first key; raises like `decrypted`."""
    try:
        return encryption.re_encrypt(stored)
    except Unreadable:
        raise _unreadable(whose) from None


def _unreadable(whose: object) -> EmbeddedError:
    return EmbeddedError(
        "token_unreadable",
        f"The token of the embedded account {whose} was {LOST_KEY}, or store the token again: "
        f"'connector-kit embedded account add {whose}'.",
    )
