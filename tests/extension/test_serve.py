"""A stack alone, started by its command and configured by the environment."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]
TOKENS = "first-system-token,second-system-token"
HEADERS = {"Authorization": "Bearer second-system-token"}

HOOKS = """
import time

class hooks:
    @staticmethod
    def preMap(options):
        return [{"data": record} for record in options["data"]]

class utilities:
    @staticmethod
    def sleep(options):
        time.sleep(options["seconds"])
        return "slept"
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = started(
        tmp_path,
        CONNECTOR_KIT_SYSTEM_TOKEN=TOKENS,
        CONNECTOR_KIT_DIY="my_hooks",
        CONNECTOR_KIT_PORT=str(port),
    )
    address = f"http://127.0.0.1:{port}"
    _wait_for(address, server)
    yield address, server
    _end(server)


def _wait_for(address: str, server: subprocess.Popen[str]) -> None:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at and server.poll() is None:
        try:
            if requests.get(f"{address}/readyz", timeout=1).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    pytest.fail(f"The server did not start:\n{_end(server)}")


def _end(server: subprocess.Popen[str]) -> str:
    """End all processes of *server*, whatever state it is in; returns what they said."""
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    return server.communicate(timeout=30)[0]


def call(address: str, type_: str, function: str, **options: Any) -> requests.Response:
    body = {"diy": True, "type": type_, "function": function, "options": options}
    return requests.post(f"{address}/function", json=body, headers=HEADERS, timeout=30)


def test_calls_are_served_and_none_is_cut_off_when_the_server_is_stopped(
    stack: tuple[str, subprocess.Popen[str]],
) -> None:
    address, server = stack
    slept: list[str] = []
    sleeper = threading.Thread(
        target=lambda: slept.append(call(address, "utility", "sleep", seconds=2).json())
    )
    sleeper.start()
    time.sleep(0.5)

    assert call(address, "hook", "preMap", data=[1], _importId="i").json() == [{"data": 1}]
    assert requests.get(f"{address}/openConnections", headers=HEADERS, timeout=5).text == "1"
    assert requests.get(f"{address}/stopServer", timeout=5).status_code == 401

    stopping = requests.get(f"{address}/stopServer", headers=HEADERS, timeout=5)
    sleeper.join()
    output, _ = server.communicate(timeout=30)

    assert stopping.text == "preparing to shut down."
    assert slept == ["slept"]
    assert server.returncode == 0
    assert "logName=configurationLoaded" in output
    assert "logName=diyLoaded, module=my_hooks" in output
    assert "logName=callFunctionInvoked, type=hook, function=preMap" in output
    assert "system-token" not in output


def test_a_server_that_is_going_to_end_tells_its_probes_and_still_serves(
    stack: tuple[str, subprocess.Popen[str]],
) -> None:
    address, server = stack

    told = requests.get(f"{address}/openConnections?terminate=true", headers=HEADERS, timeout=5)

    assert (told.status_code, told.text) == (200, "0")
    for _ in range(6):  # whichever of its processes answers
        assert requests.get(f"{address}/readyz", timeout=5).status_code == 503
    assert call(address, "hook", "preMap", data=[], _importId="i").json() == []
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=30)
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

    output, _ = server.communicate(timeout=30)

    assert server.returncode == 1
    assert message in output
    assert "Traceback" not in output
