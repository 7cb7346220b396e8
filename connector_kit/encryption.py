"""Encryption of stored secrets: written with the first key, read with any key.

Fernet of the cryptography library: AES-128-CBC and HMAC-SHA-256, so tampered values are refused.
Keys come from ``CONNECTOR_KIT_ENCRYPTION_KEYS``; without it, a key is kept in the home folder.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from connector_kit.conf import kit
from connector_kit.home import kept_secret

KEY_FILE = "encryption-key"
"""In the home folder: the key that is used when none is configured."""

LOST_KEY = (
    "encrypted with a key that is not among CONNECTOR_KIT_ENCRYPTION_KEYS (without these: the "
    "key in the home folder). Restore that key after the others"
)
"""What went wrong, and what to try first, for messages that name what is encrypted."""


class Unreadable(Exception):
    """A stored value was encrypted with a key that is missing, or was tampered with."""


def new_key() -> str:
    """Return a new random key."""
    return Fernet.generate_key().decode()


def encrypt(text: str) -> str:
    """Return *text* as it may be stored; half characters included."""
    return _cipher().encrypt(text.encode("utf-8", "surrogatepass")).decode()


def decrypt(stored: str) -> str:
    """Return the text that was *stored*; raises `Unreadable`."""
    try:
        return _cipher().decrypt(stored.encode()).decode("utf-8", "surrogatepass")
    except InvalidToken:
        raise Unreadable from None


def re_encrypt(stored: str) -> str:
    """Return what was *stored*, encrypted with the first key; raises `Unreadable`."""
    try:
        return _cipher().rotate(stored.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def _cipher() -> MultiFernet:
    settings = kit()
    return _cipher_of(settings.encryption_keys or (kept_secret(settings.home / KEY_FILE, new_key),))


@lru_cache(maxsize=4)
def _cipher_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
