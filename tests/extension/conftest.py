"""A real server process, shared by all tests of this folder."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]

SERVE = """
import sys
from connector_kit.extension.bounds import Bounds
from connector_kit.extension.serve import serve

target, port = "tests.extension.served:application", int(sys.argv[1])
serve(target, Bounds(), host="127.0.0.1", port=port, workers=1)
"""


@contextmanager
def serving(log: Path, **environment: str) -> Iterator[str]:
    """Yield the address of a server process whose log goes to *log*."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") as sink:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(port)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stderr=sink,
            stdout=sink,
        )
        try:
            yield _ready(f"http://127.0.0.1:{port}", log)
        finally:
            server.terminate()
            server.wait(10)


def _ready(address: str, log: Path) -> str:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at:
        try:
            if requests.get(f"{address}/readyz", timeout=1).ok:
                return address
        except requests.ConnectionError:
            time.sleep(0.05)
    pytest.fail(f"The server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served") / "log"


@pytest.fixture(scope="session")
def server(server_log: Path) -> Iterator[str]:
    with serving(server_log) as address:
        yield address


@pytest.fixture(scope="session")
def diy_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(
        tmp_path_factory.mktemp("diy") / "log",
        SERVED_REGISTRY="tests.extension.functions:diy_registry",
    ) as address:
        yield address
