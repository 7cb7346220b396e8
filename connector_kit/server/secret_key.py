"""The secret key of an installation that was given none."""

import os
import secrets
from pathlib import Path


def kept_secret_key(home: Path) -> str:
    """Return the key kept in *home*, made on first use; of several processes, all get the same."""
    file = home / "secret-key"
    if not file.exists():
        _keep(file, secrets.token_urlsafe(50))
    return file.read_text()


def _keep(file: Path, key: str) -> None:
    """Write *key* to *file* in one step, unless another process was faster."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(key)
    try:
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()
