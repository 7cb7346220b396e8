"""A real server process, shared by all tests of this folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import wait_for
from workshop.services import ROOT, free_port, is_ready

SERVE = """
import sys
from connector_kit.stack_settings import Bounds
from connector_kit.extension.serve import serve

target, port = "tests.extension.served:application", int(sys.argv[1])
serve(target, Bounds(), host="127.0.0.1", port=port, workers=1)
"""


@contextmanager
def serving(log: Path, **environment: str) -> Iterator[str]:
    """Yield the address of a server process whose log goes to *log*."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as sink:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(port)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stderr=sink,
            stdout=sink,
        )
        try:
            wait_for(lambda: is_ready(address), context=log.read_text)
            yield address
        finally:
            server.terminate()
            server.wait(60)


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
