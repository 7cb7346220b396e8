"""One `dev` from start to Ctrl-C: install, run, change, push, stop."""

import json
import socket

import pytest
import redis
import requests
from django.core.management import CommandError, call_command

from connector_kit.cli.dev.home import Home
from connector_kit.cli.dev.logs import Follower, Line


def _messages(dev_ready):
    answer = requests.get(f"{dev_ready['applications']}/chat", timeout=10).json()
    return [message["text"] for message in answer["messages"]]


def test_an_author_sees_what_the_saved_file_does(project, start, monkeypatch, capsys):
    monkeypatch.chdir(project.folder)
    dev = start("--push")
    published = dev.wait_for("published")
    ready = dev.wait_for("ready")

    ran = json.loads(project.run("dev", "run", "orders_to_chat", "--json").stdout)
    assert (published["version"], ran["status"], ran["errors"]) == ("1.0.0-dev.1", "completed", 0)
    assert len(_messages(ready)) == 15
    assert _messages(ready)[0] == "first SO-1001"

    project.edit("first ", "other ")  # of the same length, and at once
    call_command("dev", "run")
    assert _messages(ready)[-1] == "other SO-1025"

    project.edit("def keep_paid", "def keep_paid(:\ndef keep_paid")
    mistake = dev.wait_for("mistake")
    assert (mistake["file"], mistake["line"]) == (str(project.module), 6)
    assert "SyntaxError" in mistake["message"]

    project.edit("def keep_paid(:\n", "")
    project.edit('"Post message"', '"Post a message"')
    assert dev.wait_for("published")["version"] == "1.0.0-dev.2"
    assert dev.wait_for("pushed")["state"] == "completed"
    assert 'version = "1.0.0"' in project.module.read_text()

    with pytest.raises(CommandError, match="already running"):
        call_command("dev")

    capsys.readouterr()
    for words in (["uninstall", "--yes"], ["install"], ["install"], ["run", "Orders to chat"]):
        call_command(*words, "--json")
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer.get("already_installed") for answer in answers] == [None, False, True, None]
    assert answers[0]["integration_id"] != answers[1]["integration_id"]
    assert (answers[3]["status"], answers[3]["errors"]) == ("completed", 0)

    assert dev.end() == (0, [])
    home = Home.of(project.folder)
    assert not home.is_running
    assert not (home.folder / "running.json").exists()
    assert not (home.folder / "debugger.json").exists()
    address = (home.folder / "redis" / "url").read_text()
    with redis.Redis.from_url(address) as client:
        assert not _answers(client)


def _answers(client):
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


@pytest.fixture
def inside(project, monkeypatch):
    """The project, as the folder that one is in."""
    monkeypatch.chdir(project.folder)
    return project


def test_a_port_in_use_is_a_sentence(inside):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(CommandError, match=f"Port {port} is in use by another program"):
            call_command("dev", "--port", str(port))


@pytest.mark.parametrize("words", [["run"], ["record"]])
def test_what_needs_a_running_dev_says_so(inside, words):
    with pytest.raises(CommandError, match="Start it: connector-kit dev"):
        call_command("dev", *words)


def test_a_reset_deletes_the_data_and_nothing_else(inside, capsys):
    folder = Home.of(inside.folder).folder
    folder.mkdir(parents=True)
    (folder / "sandbox.json").write_text("{}")

    call_command("dev", "reset", "--json")

    assert json.loads(capsys.readouterr().out) == {"deleted": True}
    assert not folder.exists()
    assert inside.module.exists()


def test_two_projects_get_ports_of_their_own(tmp_path):
    homes = [Home(tmp_path / name) for name in ("a", "b")]
    nothing = {"web": None, "sandbox": None}

    with homes[0].held(), homes[1].held():
        first = homes[0].ports(nothing)
        with socket.create_server(("127.0.0.1", first["web"])):
            second = homes[1].ports(nothing)

        assert first["web"] != second["web"]
        assert homes[0].ports(nothing) == first


def test_the_logs_are_read_line_by_line_as_they_grow(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("2026-01-01T00:00:00.000Z INFO x one\n2026-01-01T00:00:00.000Z ERR")
    follower = Follower(tmp_path)

    assert [line.text[-3:] for line in follower.lines()] == ["one"]
    with log.open("a") as file:
        file.write("OR x two\n")
    assert [line.service for line in follower.troubles()] == ["web"]
    assert [*follower.lines()] == []


def test_a_function_that_failed_is_shown_by_its_place():
    failed = (
        "2026-12-01T07:44:27.594Z WARNING connector_kit.extension logName=callFunctionFailed, "
        "code=ValueError, function=keep_paid, _connectorId=6b0e, at=hooks.py:9 keep_paid < "
        "invoke.py:34 invoke, _reqId=1796"
    )

    assert Line("web", failed).summary == "keep_paid failed: ValueError at hooks.py:9"
    assert Line("web", "anything else").summary == "anything else"
