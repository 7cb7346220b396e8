"""``connector-kit record`` as somebody types it, beside a server that runs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.waiting import wait_for
from workshop.services import ROOT, free_port, is_ready

HOOKS = """
class hooks:
    def preMap(options):
        return [{"data": {**each, "seen": True}} for each in options["data"]]

    def fails(options):
        raise LookupError(f"no order of {options['data'][0]['email']}")
"""
CHANGED = HOOKS.replace("True", "False")
TOKEN = "one-time-token-3f9a"


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """The home folder, for the commands."""
    home = tmp_path / "home"
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "home": home}
    return home


@pytest.fixture
def hooks(tmp_path: Path) -> Path:
    file = tmp_path / "recorded_hooks.py"
    file.write_text(HOOKS)
    return file


@pytest.fixture
def address(tmp_path: Path, home: Path, hooks: Path) -> Iterator[str]:
    """A stack that runs, with the same home folder."""
    port = free_port()
    environment = {
        **{name: word for name, word in os.environ.items() if "CONNECTOR_KIT" not in name},
        "PYTHONPATH": str(tmp_path),
        "CONNECTOR_KIT_SYSTEM_TOKEN": "system",
        "CONNECTOR_KIT_DIY": hooks.stem,
        "CONNECTOR_KIT_HOME": str(home),
    }
    command = ["-m", "connector_kit.extension.serve", "--host", "127.0.0.1", "--port", str(port)]
    log = tmp_path / "stack.log"
    with log.open("wb") as sink:
        server = subprocess.Popen(
            [sys.executable, *command, "--workers", "1"],
            cwd=ROOT,
            env=environment,
            stdout=sink,
            stderr=sink,
        )
        try:
            wait_for(lambda: is_ready(f"http://127.0.0.1:{port}"), context=log.read_text)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(60)


def call(address: str, function: str, email: str) -> requests.Response:
    options = {"bearerToken": TOKEN, "data": [{"email": email}]}
    body = {"diy": True, "type": "hook", "function": function, "options": options}
    headers = {"Authorization": "Bearer system"}
    return requests.post(f"{address}/function", json=body, headers=headers, timeout=60)


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    call_command("record", "list", "--json")
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_a_running_server_is_recorded_and_replayed_without_being_started_again(
    address: str, home: Path, hooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call(address, "preMap", "before@example.com")
    call_command("record", "start", "--mask", "*mail", "--samples", "1")
    assert "start within a second" in capsys.readouterr().out

    def both_are_kept() -> bool:
        call(address, "preMap", "ann@example.com")
        call(address, "fails", "ann@example.com")
        return len(listed(capsys)["samples"]) == 2

    wait_for(both_are_kept)
    call_command("record", "stop")

    text = "".join(path.read_text() for path in home.glob("samples/**/*.json"))
    assert '"email": "xxx@xxxxxxx.xxx"' in text
    assert not any(word in text for word in ("ann@", "before@", TOKEN, "system"))
    call_command("record", "replay", str(hooks))
    assert capsys.readouterr().out.count("same") == 2

    hooks.write_text(CHANGED)
    with pytest.raises(SystemExit) as ended:
        call_command("record", "replay", str(hooks))
    assert ended.value.code == 3
    assert "[0].data.seen: True was recorded, now False" in capsys.readouterr().out


def keep(home: Path, name: str = "diy/hook.preMap.1", **fields: Any) -> None:
    file = home / "samples" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    call = {"diy": True, "type": "hook", "function": "preMap", "options": {"data": []}}
    kept = {"recorded": "2026-01-31T12:00:00+00:00", "call": call, "status": 200, "result": []}
    file.write_text(json.dumps({**kept, **fields}))


def test_list_says_what_is_being_recorded_and_what_was(home, capsys):
    call_command("record", "list")
    said = capsys.readouterr().out
    assert "Recording is not running." in said
    assert "No samples" in said

    keep(home)
    keep(home, "diy/hook.preMap.failed.1", status=422, errors=[{"code": "full", "message": "x"}])
    call_command("record", "start", "--function", "preMap", "--minutes", "5")
    call_command("record", "list")
    said = capsys.readouterr().out
    assert "Recording preMap into" in said
    assert "diy/hook.preMap.1" in said
    assert "422 full" in said


def test_show_prints_one_sample(home, capsys):
    keep(home)

    call_command("record", "show", "diy/hook.preMap.1", "--json")

    assert json.loads(capsys.readouterr().out)["call"]["function"] == "preMap"
    with pytest.raises(CommandError, match=r"connector-kit record list"):
        call_command("record", "show", "diy/other")


def test_samples_may_be_kept_anywhere(home, tmp_path, capsys):
    call_command("record", "start", "--folder", str(tmp_path / "elsewhere"))

    assert listed(capsys)["recording"]["folder"] == str(tmp_path / "elsewhere")


def test_start_and_stop_answer_programs_in_json(home, capsys):
    call_command("record", "start", "--function", "preMap", "--json")
    assert json.loads(capsys.readouterr().out)["recording"]["functions"] == ["preMap"]

    call_command("record", "stop", "--json")
    assert json.loads(capsys.readouterr().out) == {"stopped": True}


def test_stop_says_whether_there_was_anything_to_stop(home, capsys):
    call_command("record", "start")
    call_command("record", "stop")
    assert "Stopped." in capsys.readouterr().out

    call_command("record", "stop")
    assert "Recording was not running." in capsys.readouterr().out


def test_replay_tells_differences_as_json(home, hooks, capsys):
    keep(home, result=["other"])

    with pytest.raises(SystemExit):
        call_command("record", "replay", str(hooks), "--json")

    assert json.loads(capsys.readouterr().out) == {
        "differences": {"diy/hook.preMap.1": ["the result: 1 entries were recorded, now 0"]}
    }


def test_personal_data_are_spoken_of_when_no_field_is_masked(home, capsys):
    call_command("record", "start")

    assert "--mask" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["start", "--minutes", "0"], id="no time at all"),
        pytest.param(["start", "--minutes", "100000"], id="for ever"),
        pytest.param(["replay", "no.such.module"], id="a module that is not there"),
        pytest.param(["replay", "tests.testing.declared"], id="nothing to replay"),
        pytest.param([], id="nothing said"),
    ],
)
def test_wrong_arguments_are_refused(home, words):
    with pytest.raises(CommandError):
        call_command("record", *words)


def test_help_shows_examples_and_exit_codes():
    done = subprocess.run(
        [sys.executable, "manage.py", "record", "--help"],
        check=False,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
    )

    assert "connector-kit record start" in done.stdout
    assert "exit codes:" in done.stdout
