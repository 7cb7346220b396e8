"""Tokens at rest: encrypted with the first key, read with any of them.

Fernet of the cryptography library: AES-128-CBC and HMAC-SHA-256, so what was tampered with is
refused. Keys come from ``CONNECTOR_KIT_ENCRYPTION_KEYS``; without, one is kept in the home folder.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from connector_kit.conf import kit
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.home import kept_secret
from connector_kit.integrator.secret import Secret

KEY_FILE = "encryption-key"
"""In the home folder: the key of an installation that was given none."""


def new_key() -> str:
    """Return a new random key."""
    return Fernet.generate_key().decode()


def encrypted(secret: Secret) -> str:
    """Return *secret* as it may be stored."""
    return _cipher().encrypt(secret.reveal().encode()).decode()


def decrypted(stored: str, *, whose: object) -> Secret:
    """Return the secret that was *stored*; raises `EmbeddedError` ``token_unreadable``."""
    try:
        return Secret(_cipher().decrypt(stored.encode()).decode())
    except InvalidToken:
        raise _unreadable(whose) from None


def re_encrypted(stored: str, *, whose: object) -> str:
    """Return what was *stored*, encrypted with the first key; raises like `decrypted`."""
    try:
        return _cipher().rotate(stored.encode()).decode()
    except InvalidToken:
        raise _unreadable(whose) from None


def _unreadable(whose: object) -> EmbeddedError:
    return EmbeddedError(
        "token_unreadable",
        f"The token of the embedded account {whose} was encrypted with a key that is not among "
        "CONNECTOR_KIT_ENCRYPTION_KEYS (without these: the key in the home folder). Put that key "
        f"back, behind the others, or store the token anew: 'manage.py embedded account add "
        f"{whose}'.",
    )


def _cipher() -> MultiFernet:
    settings = kit()
    return _cipher_of(settings.encryption_keys or (kept_secret(settings.home / KEY_FILE, new_key),))


@lru_cache(maxsize=4)
def _cipher_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
