"""The secret key of an installation that was given none."""

import secrets
from pathlib import Path

from connector_kit.home import kept_secret


def kept_secret_key(home: Path) -> str:
    """Return the key kept in *home*, made on first use; of several processes, all get the same."""
    return kept_secret(home / "secret-key", lambda: secrets.token_urlsafe(50))
