"""Secrets that the home folder keeps where none is configured."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connector_kit.home import kept_secret


def test_all_who_ask_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as askers:
        found = set(askers.map(lambda _: _kept(tmp_path), range(16)))

    [secret] = found
    assert _kept(tmp_path) == secret
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    _kept(tmp_path)

    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def _kept(folder: Path) -> str:
    return kept_secret(folder / "secret", lambda: secrets.token_urlsafe(50))
