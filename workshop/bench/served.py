"""The servers that function calls are measured on, each as its real processes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import requests

from workshop.services import BIN, ROOT, free_port

CONNECTOR_ID = "64a1f0c2b3d4e5f6071828ff"
TOKEN = "bench-system-token"
FUNCTION = "identity"
LISTED = {"CONNECTOR_KIT_CONNECTORS": f"{CONNECTOR_ID}=workshop.bench.identity"}
DIY = {"CONNECTOR_KIT_DIY": "workshop.bench.identity"}
"""Whose functions a stack serves: a connector's, or those of a self-made integration."""


def bare(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Parse a call and answer its records: what no server in Python can do without."""
    body = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    answer = orjson.dumps([{"data": record} for record in body["options"]["data"]])
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
    start_response("200 OK", headers)
    return [answer]


@contextmanager
def bare_server(folder: Path, *, workers: int) -> Iterator[int]:
    """Run `bare` under Granian; yields its port."""
    port = free_port()
    command = [
        *(str(BIN / "granian"), "--interface", "wsgi", "workshop.bench.served:bare"),
        *("--port", str(port), "--workers", str(workers), "--no-ws", "--blocking-threads", "8"),
    ]
    with running(command, folder / "bare.log", {}):
        wait_for(port)
        yield port


@contextmanager
def stack_server(
    folder: Path, *, workers: int, isolated: bool = True, serves: Mapping[str, str] = LISTED
) -> Iterator[int]:
    """Run our stack, its log on; yields its port."""
    port = free_port()
    environment = {
        "CONNECTOR_KIT_SYSTEM_TOKEN": TOKEN,
        **serves,
        "CONNECTOR_KIT_ISOLATION": "1" if isolated else "0",
    }
    command = [
        *(str(BIN / "python"), "-m", "connector_kit.extension.serve", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", str(workers)),
    ]
    with running(command, folder / "stack.log", environment):
        wait_for(port)
        yield port


@contextmanager
def running(command: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Run a process that logs to *log*, and end it."""
    folder = log.parent
    folder.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    try:
        yield
    finally:
        server.terminate()
        server.wait(30)


def wait_for(port: int, seconds: float = 60) -> None:
    """Wait until a call is answered, which takes until the functions are loaded."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        try:
            requests.post(
                f"http://127.0.0.1:{port}/function", data=b"{}", headers=headers, timeout=30
            )
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nothing listens at port {port}")
