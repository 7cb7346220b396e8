"""The embedded Redis: one per home folder, whoever asks, and what it holds stays."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.core.management import call_command
from django.test import override_settings

from connector_kit import local_redis
from connector_kit.local_redis import recent_url, redis_url, stop_redis

ASK = """
import sys, pathlib
from connector_kit.local_redis import redis_url
print(redis_url(pathlib.Path(sys.argv[1])))
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    stop_redis(tmp_path)


def ask_from_another_process(home: Path) -> str:
    asked = subprocess.run(
        [sys.executable, "-c", ASK, str(home)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return asked.stdout.strip()


def test_processes_that_ask_at_once_get_one_server(home: Path) -> None:
    with ThreadPoolExecutor(3) as asking:
        addresses = set(asking.map(ask_from_another_process, [home] * 3))

    assert addresses == {redis_url(home)}
    with redis.Redis.from_url(addresses.pop()) as client:
        assert client.ping()


def test_it_comes_back_where_it_was_with_what_it_held(home: Path) -> None:
    address = redis_url(home)
    with redis.Redis.from_url(address) as client:
        client.set("kept", "yes")
        os.kill(int((home / "redis" / "pid").read_text()), signal.SIGTERM)

    while stop_redis(home):
        pass
    assert redis_url(home) == address
    with redis.Redis.from_url(address) as client:
        assert client.get("kept") == b"yes"


def test_it_moves_when_another_program_took_its_place(home: Path) -> None:
    address = redis_url(home)
    stop_redis(home)
    with socket.socket() as intruder:
        intruder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        intruder.bind(("127.0.0.1", urlsplit(address).port))
        intruder.listen()
        moved = redis_url(home)

    assert moved != address
    with redis.Redis.from_url(moved) as client:
        assert client.ping()


def test_nobody_gets_in_without_the_password(home: Path) -> None:
    where = urlsplit(redis_url(home))

    with (
        redis.Redis(port=where.port or 0) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()
    assert (home / "redis" / "url").stat().st_mode & 0o077 == 0
    assert (home / "redis" / "redis.conf").stat().st_mode & 0o077 == 0


def test_stopping_says_whether_there_was_anything_to_stop(home: Path) -> None:
    redis_url(home)

    assert stop_redis(home)
    assert not stop_redis(home)
    assert not stop_redis(home / "elsewhere")


def test_the_command_says_where_it_is_and_stops_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with override_settings(CONNECTOR_KIT={"home": home}):
        call_command("redis", json=True)
        call_command("redis", stop=True)
        call_command("redis", stop=True, json=True)

    address, stopped, again = capsys.readouterr().out.splitlines()
    assert json.loads(address)["url"].startswith("redis://")
    assert stopped == "Stopped."
    assert json.loads(again) == {"stopped": False}


def answers(address: str) -> bool:
    with redis.Redis.from_url(address) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def test_what_is_asked_often_looks_now_and_then(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_redis, "LOOK_SECONDS", 3600)
    address = recent_url(home)
    os.kill(int((home / "redis" / "pid").read_text()), signal.SIGKILL)
    while answers(address):
        pass

    assert recent_url(home) == address
    assert not answers(address)

    monkeypatch.setattr(local_redis, "LOOK_SECONDS", 0)

    assert recent_url(home) == address
    assert answers(address)


def test_one_that_was_stopped_here_is_started_again(home: Path) -> None:
    address = recent_url(home)
    stop_redis(home)

    assert recent_url(home) == address
    assert answers(address)
