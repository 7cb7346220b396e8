"""Without a SECRET_KEY the home folder keeps one."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connector_kit.server.secret_key import kept_secret_key


def test_all_who_ask_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as asking:
        keys = set(asking.map(kept_secret_key, [tmp_path] * 16))

    [key] = keys
    assert len(key) >= 50
    assert kept_secret_key(tmp_path) == key
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    kept_secret_key(tmp_path)

    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
