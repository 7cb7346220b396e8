"""A stack alone, started by its command and configured by the environment."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.waiting import wait_for
from workshop.services import ROOT, free_port, is_ready

TOKENS = "first-system-token,second-system-token"
HEADERS = {"Authorization": "Bearer second-system-token"}

HOOKS = """
import time
from pathlib import Path

class hooks:
    @staticmethod
    def preMap(options):
        return [{"data": record} for record in options["data"]]

class utilities:
    @staticmethod
    def wait(options):
        while not Path(options["file"]).exists():
            time.sleep(0.02)
        return "waited"
"""


def started(folder: Path, **environment: str) -> subprocess.Popen[str]:
    kept = {name: word for name, word in os.environ.items() if "CONNECTOR_KIT" not in name}
    return subprocess.Popen(
        [sys.executable, "-m", "connector_kit.extension.serve", "--host", "127.0.0.1"],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(folder), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    (tmp_path / "my_hooks.py").write_text(HOOKS)
    port = free_port()
    server = started(
        tmp_path,
        CONNECTOR_KIT_SYSTEM_TOKEN=TOKENS,
        CONNECTOR_KIT_DIY="my_hooks",
        CONNECTOR_KIT_PORT=str(port),
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: is_ready(address), context=lambda: _end(server))
        yield address, server
    finally:
        _end(server)


def _end(server: subprocess.Popen[str]) -> str:
    """End all processes of *server*, whatever state it is in; returns what they said."""
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    return server.communicate(timeout=60)[0]


def call(address: str, type_: str, function: str, **options: Any) -> requests.Response:
    body = {"diy": True, "type": type_, "function": function, "options": options}
    return requests.post(f"{address}/function", json=body, headers=HEADERS, timeout=60)


def test_calls_are_served_and_none_is_cut_off_when_the_server_is_stopped(
    stack: tuple[str, subprocess.Popen[str]], tmp_path: Path
) -> None:
    address, server = stack
    file = tmp_path / "go on"

    def open_connections() -> str:
        return requests.get(f"{address}/openConnections", headers=HEADERS, timeout=60).text

    with ThreadPoolExecutor(1) as caller:
        waiting = caller.submit(call, address, "utility", "wait", file=str(file))
        wait_for(open_connections, lambda number: number == "1")
        assert call(address, "hook", "preMap", data=[1], _importId="i").json() == [{"data": 1}]
        assert requests.get(f"{address}/stopServer", timeout=60).status_code == 401

        stopping = requests.get(f"{address}/stopServer", headers=HEADERS, timeout=60)
        file.touch()
    output, _ = server.communicate(timeout=60)

    assert stopping.text == "preparing to shut down."
    assert waiting.result().json() == "waited"
    assert server.returncode == 0
    assert "logName=configurationLoaded" in output
    assert "logName=diyLoaded, module=my_hooks" in output
    assert "logName=callFunctionInvoked, type=hook, function=preMap" in output
    assert "system-token" not in output


def test_a_server_that_is_going_to_end_tells_its_probes_and_still_serves(
    stack: tuple[str, subprocess.Popen[str]],
) -> None:
    address, server = stack

    told = requests.get(f"{address}/openConnections?terminate=true", headers=HEADERS, timeout=60)

    assert (told.status_code, told.text) == (200, "0")
    for _ in range(6):  # whichever of its processes answers
        assert requests.get(f"{address}/readyz", timeout=60).status_code == 503
    assert call(address, "hook", "preMap", data=[], _importId="i").json() == []
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=60)
    assert server.returncode == 0


MISTAKES = {
    "nothing set": ({}, "missing_parameter: Options parameter is not provided."),
    "no functions": (
        {"CONNECTOR_KIT_SYSTEM_TOKEN": "t"},
        "missing_required_field: Either DIY or connectors field needs to be set.",
    ),
    "both": (
        {
            "CONNECTOR_KIT_SYSTEM_TOKEN": "t",
            "CONNECTOR_KIT_DIY": "my_hooks",
            "CONNECTOR_KIT_CONNECTORS": "c1=my_hooks",
        },
        "invalid_configuration: The configuration object should only have one of",
    ),
    "no token": (
        {"CONNECTOR_KIT_DIY": "my_hooks"},
        "missing_required_field: systemToken not provided in options.",
    ),
    "a module that does not exist": (
        {"CONNECTOR_KIT_SYSTEM_TOKEN": "t", "CONNECTOR_KIT_DIY": "no_such_hooks"},
        "CONNECTOR_KIT_DIY: the functions of no_such_hooks cannot be served.",
    ),
    "a port that is none": (
        {
            "CONNECTOR_KIT_SYSTEM_TOKEN": "t",
            "CONNECTOR_KIT_DIY": "my_hooks",
            "CONNECTOR_KIT_PORT": "many",
        },
        "CONNECTOR_KIT_PORT is not a whole number",
    ),
}


@pytest.mark.parametrize(("environment", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_the_configuration_ends_the_start_with_its_reason(
    tmp_path: Path, environment: dict[str, str], message: str
) -> None:
    (tmp_path / "my_hooks.py").write_text(HOOKS)
    server = started(tmp_path, **environment)

    output, _ = server.communicate(timeout=60)

    assert server.returncode == 1
    assert message in output
    assert "Traceback" not in output
