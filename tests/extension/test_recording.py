"""Samples of calls are kept while recording is on, without what must not be kept."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit import Connector, Text
from connector_kit.documents import MASK
from connector_kit.extension import Dispatcher, ExtensionError, FunctionModule, Registry
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.recording import Recorder, Recording, read_samples, start, stop
from connector_kit.extension.recording.redacting import TOKEN, without_secrets
from connector_kit.extension.recording.samples import MOST_FILES, Sample
from connector_kit.extension.recording.switch import SWITCH

ONE_TIME = "3f9a-one-time-token"


class Server:
    """A function process whose home folder, and whose clock, are the test's."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.now = 1000.0
        self.dispatch = self.process()

    def process(self) -> Dispatcher:
        """One more process of the same server."""
        recorder = Recorder(self.home, clock=lambda: self.now, ticks=lambda: self.now)
        functions = FunctionModule(
            hooks={"echo": lambda options: options, "mutate": _mutate, "fail": _fail},
            installer={"install": lambda _: None},
        )
        registry = Registry(connectors={"c1": functions})
        return Dispatcher(registry, observers=(recorder,))

    def record(self, **fields: Any) -> None:
        """Turn recording on for a minute, for calls from now on."""
        what = Recording(**{"folder": self.samples_folder, "until": self.now + 60, **fields})
        start(self.home, what)
        self.now += 1

    @property
    def samples_folder(self) -> Path:
        return self.home / "samples"

    def call(self, function: str = "echo", type_: str = "hook", **options: Any) -> Any:
        body = {
            "_connectorId": "c1",
            "type": type_,
            "function": function,
            "options": {"bearerToken": ONE_TIME, **options},
            "access_token": "system-token",
        }
        answer = self.dispatch(RawCall(orjson.dumps(body), "1", None, 0.0))
        return orjson.loads(answer.body) if answer.body else None

    @property
    def samples(self) -> dict[str, Any]:
        folder = self.samples_folder
        return read_samples(folder) if any(folder.glob("**/*.json")) else {}


def _mutate(options: dict[str, Any]) -> Any:
    options["data"].append("added")
    return options["data"]


def _fail(options: dict[str, Any]) -> None:
    raise ExtensionError("no_lines", f"Nothing for {options.get('email')}.")


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path / "home")


def test_nothing_is_kept_unless_recording_is_on(server: Server) -> None:
    server.call()

    assert server.samples == {}
    assert not server.samples_folder.exists()


def test_a_server_that_runs_notices_within_a_second_and_keeps_call_and_answer(
    server: Server,
) -> None:
    server.call()
    start(server.home, Recording(server.samples_folder, until=server.now + 60))
    server.call()
    assert server.samples == {}

    server.now += 1
    server.call(data=[{"id": 1}])

    [(name, sample)] = server.samples.items()
    assert name == "c1/hook.echo.1"
    assert sample.to_json() == {
        "recorded": "1970-01-01T00:16:41+00:00",
        "call": {
            "_connectorId": "c1",
            "type": "hook",
            "function": "echo",
            "options": {"bearerToken": TOKEN, "data": [{"id": 1}]},
        },
        "status": 200,
        "result": {"bearerToken": TOKEN, "data": [{"id": 1}]},
    }


def test_options_are_kept_as_they_came_whatever_the_function_did_to_them(server: Server) -> None:
    server.record()
    server.call("mutate", data=["sent"])

    [sample] = server.samples.values()
    assert sample.call["options"]["data"] == ["sent"]
    assert sample.answer == ["sent", "added"]


def test_recording_ends_by_itself(server: Server) -> None:
    server.record()
    server.now += 60
    server.call()

    assert server.samples == {}


def test_recording_ends_when_it_is_stopped(server: Server) -> None:
    server.record()
    server.call(n=1)
    assert stop(server.home, server.now)
    server.now += 1
    server.call(n=2)

    assert len(server.samples) == 1
    assert not stop(server.home, server.now)


def test_of_each_function_a_few_calls_are_kept_and_as_many_that_fail(server: Server) -> None:
    server.record(samples=2)
    for n in range(4):
        server.call(n=n)
        server.call("fail", n=n)
    server.dispatch = server.process()
    server.call(n=9)

    assert set(server.samples) == {
        *("c1/hook.echo.1", "c1/hook.echo.2"),
        *("c1/hook.fail.failed.1", "c1/hook.fail.failed.2"),
    }
    assert server.samples["c1/hook.fail.failed.1"].answer == [
        {"code": "no_lines", "message": "Nothing for None."}
    ]


def test_the_same_call_is_kept_once(server: Server) -> None:
    server.record()
    for _ in range(3):
        server.call(n=1)
    server.dispatch = server.process()
    server.call(n=1)

    assert len(server.samples) == 1


def test_large_calls_are_left_out_and_said_to_be(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "connector_kit.extension")
    server.record(most_bytes=1000)
    server.call(data="x" * 500)

    assert server.samples == {}
    assert "logName=sampleNotKept, function=echo" in caplog.text


def test_only_functions_that_are_named_are_kept_and_installers_only_then(server: Server) -> None:
    server.record()
    server.call("install", "installer")
    assert server.samples == {}

    server.record(functions=("install",))
    server.call("install", "installer")
    server.call("echo")
    assert set(server.samples) == {"c1/installer.install.1"}


def test_what_reaches_no_function_is_not_kept(server: Server) -> None:
    server.record()
    server.call("unknown")
    server.call("echo", "nothing")
    server.dispatch(RawCall(b"[]", "1", None, 0.0))
    server.dispatch(RawCall(b"{", "1", None, 0.0))

    assert server.samples == {}


def test_names_from_outside_stay_within_the_folder(server: Server) -> None:
    server.record(functions=("../../x",))
    server.call("../../x")

    outside = [path for path in server.home.parent.rglob("*x*") if path.is_file()]
    assert [path for path in outside if server.samples_folder not in path.parents] == []


def test_a_folder_takes_so_many_samples_and_no_more(server: Server) -> None:
    server.record()
    for number in range(MOST_FILES):
        (server.samples_folder / f"{number}.json").touch()
    server.call()

    assert len(list(server.samples_folder.glob("**/*.json"))) == MOST_FILES


TROUBLES: dict[str, Callable[[Server], object]] = {
    "a switch that cannot be read": lambda server: (server.home / SWITCH).write_text("{"),
    "a folder that is a file": lambda server: (
        server.samples_folder.rmdir(),
        server.samples_folder.touch(),
    ),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_trouble_with_recording_never_harms_a_call(
    server: Server, trouble: Callable[[Server], object], caplog: pytest.LogCaptureFixture
) -> None:
    server.record()
    trouble(server)

    assert [server.call(n=n)["n"] for n in range(3)] == [0, 1, 2]
    assert [record.levelname for record in caplog.records].count("WARNING") == 1


def test_a_switch_that_cannot_be_read_can_be_turned_off(server: Server) -> None:
    server.record()
    (server.home / SWITCH).write_text("{")

    assert stop(server.home, server.now)
    assert not (server.home / SWITCH).exists()


def test_samples_are_readable_by_their_owner_only(server: Server) -> None:
    server.record()
    server.call()

    [file] = server.samples_folder.glob("**/*.json")
    assert file.stat().st_mode & 0o777 == 0o600


# What is taken out of them.

CONNECTION = {
    "encrypted": {"password": "hunter2-hunter2", "tries": 3, "list": ["another-secret"]},
    "unencrypted": {"host": "erp.example.com"},
}


def test_secrets_are_replaced_and_shapes_are_kept() -> None:
    options, answer = without_secrets(
        {"bearerToken": ONE_TIME, "connection": CONNECTION, "state": {"apiKey": None}},
        {"login": "as hunter2-hunter2", "headers": [{"name": "Authorization", "value": "abc-def"}]},
    )

    assert options == {
        "bearerToken": TOKEN,
        "connection": {
            "encrypted": {"password": "******", "tries": 0, "list": ["******"]},
            "unencrypted": {"host": "erp.example.com"},
        },
        "state": {"apiKey": None},
    }
    assert answer == {
        "login": "as ******",
        "headers": [{"name": "Authorization", "value": "******"}],
    }


def test_the_token_is_replaced_wherever_it_stands() -> None:
    options, answer = without_secrets(
        {"bearerToken": ONE_TIME, "note": f"call me with {ONE_TIME}"},
        [ONE_TIME, "Bearer abcdefghi"],
    )

    assert options["note"] == f"call me with {TOKEN}"
    assert answer == [TOKEN, "Bearer ******"]


def test_fields_with_personal_data_keep_their_shape_on_both_sides() -> None:
    record = {"eMail": "Ann7@example.com", "address": {"street": "Elm 5", "lines": 2}, "id": 1}
    options, answer = without_secrets(
        {"data": [record]},
        [{"data": {"to": "Ann7@example.com", "hint": "at Elm 5."}}],
        ["*mail", "ADDRESS"],
    )

    assert options["data"] == [
        {"eMail": "Xxx0@xxxxxxx.xxx", "address": {"street": "Xxx 0", "lines": 0}, "id": 1}
    ]
    assert answer == [{"data": {"to": "Xxx0@xxxxxxx.xxx", "hint": "at Xxx 0."}}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)
SECRET = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=12, max_size=20)


@given(JSON, SECRET, st.sampled_from(["password", "apiToken", "clientSecret", "Authorization"]))
def test_no_secret_survives_anywhere(data: Any, secret: str, field: str) -> None:
    hidden = {field: secret, "within": [{"deep": f"<{secret}>"}], "data": data}
    options, answer = without_secrets(
        {"bearerToken": secret[::-1], **hidden}, [hidden, secret[::-1]]
    )

    kept = json.dumps([options, answer])
    assert secret not in kept
    assert secret[::-1] not in kept


def shape(value: Any) -> Any:
    """What is left of *value* when texts and numbers are all the same."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value) if value is None or isinstance(value, bool) else "leaf"


@given(st.dictionaries(st.text(max_size=9), JSON, max_size=4), JSON)
def test_a_sample_has_the_shape_of_its_call(options: dict[str, Any], answer: Any) -> None:
    kept, told = without_secrets(options, answer, ["*a*"])

    assert shape(kept) == shape(options)
    assert shape(told) == shape(answer)


@given(st.dictionaries(st.text(max_size=9), JSON, max_size=4), SECRET)
def test_taking_secrets_out_twice_is_taking_them_out_once(
    options: dict[str, Any], secret: str
) -> None:
    once = without_secrets({**options, "password": secret}, [secret])

    assert without_secrets(*once) == once


def test_half_a_character_is_kept_in_a_sample(tmp_path):
    sample = Sample(
        call={"type": "hook", "function": "f", "options": {"name": "x\ud83d"}},
        status=200,
        answer="y\ude00",
    )

    file = sample.keep(tmp_path, 1)

    assert Sample.read(file).call["options"] == {"name": "x\ud83d"}


def test_a_setting_that_is_declared_secret_is_in_no_sample():
    class Shop(Connector):
        name = "Shop"
        version = "1.0.0"

        class Settings:
            door_of_shop = Text("Door", secret=True)

    FunctionModule.of(Shop)
    page = {"fields": [{"name": "door_of_shop", "value": "sesame"}]}
    sent = {"pending": {"door_of_shop": "sesame", "channel": "#x"}, "settings": page}

    options, answer = without_secrets(sent, {"success": True, "echo": "it is sesame"})

    assert options["pending"] == {"door_of_shop": MASK, "channel": "#x"}
    assert "sesame" not in str([options, answer])
