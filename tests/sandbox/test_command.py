"""``connector-kit sandbox`` and ``python -m connector_kit.sandbox``."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from connector_kit.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
COMMANDS = {
    "django": [sys.executable, "manage.py", "sandbox"],
    "plain": [sys.executable, "-m", "connector_kit.sandbox"],
}


def _start(command, *options):
    return subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_it_prints_one_line_of_json_serves_and_ends_well(command, number):
    with _start(command, "--port", "0", "--accounts", "2", "--json") as process:
        ready = json.loads(process.stdout.readline())
        answer = requests.get(
            ready["base_url"] + "/tokenInfo",
            headers={"Authorization": f"Bearer {ready['publisher_token']}"},
            timeout=60,
        )
        process.send_signal(number)
        rest, complaints = process.communicate(timeout=60)

    assert answer.status_code == 200
    assert [account["token"] for account in ready["accounts"]] == ready["account_tokens"]
    assert [account["email"] for account in ready["accounts"]] == [
        "customer-1@example.com",
        "customer-2@example.com",
    ]
    assert (rest, complaints, process.returncode) == ("", "", 0)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_port_that_is_taken_is_one_line_and_exit_code_1(command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = _start(command, "--port", str(taken.getsockname()[1]))
        _, complaints = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "address already in use" in complaints
    assert "Traceback" not in complaints


def test_without_json_it_tells_people_where_to_look():
    with _start(COMMANDS["plain"], "--port", "0", "--accounts", "7") as process:
        lines = [process.stdout.readline() for _ in range(11)]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)

    text = "".join(lines)
    assert "/v1" in text
    assert "100 at once, 30 a second" in text
    assert "customer-5@example.com" in text
    assert "and 2 more" in text


def test_in_a_test_it_runs_in_a_thread_and_leaves_nothing_behind():
    with Sandbox(accounts=1) as sandbox:
        url = sandbox.base_url
        assert requests.get(url + "/tokenInfo", timeout=60).status_code == 401

    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=60)
