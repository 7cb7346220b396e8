"""Functions that misbehave harm their own call: over HTTP, against a real server process."""

import re
import socket
import struct
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests

from connector_kit.extension.isolation.buffers import KEPT
from tests.extension.conftest import serving
from tests.extension.unruly import CONNECTOR_ID
from tests.waiting import wait_for

HEADERS = {"Authorization": "Bearer current-system-token"}
CALLS = 4


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("unruly") / "log"


SERVED = {
    "SERVED_REGISTRY": "tests.extension.unruly:registry",
    "SERVED_CALLS": str(CALLS),
    "SERVED_MEMORY_MB": "256",
}


@pytest.fixture(scope="module")
def unruly(log: Path) -> Iterator[str]:
    with serving(log, **SERVED) as address:
        yield address


@pytest.fixture(scope="module")
def hasty_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hasty") / "log"


@pytest.fixture(scope="module")
def hasty(hasty_log: Path) -> Iterator[str]:
    """A server with a short deadline, for functions that never answer."""
    with serving(hasty_log, **SERVED, SERVED_SECONDS="1.5") as address:
        yield address


def call(
    server: str, function: str, trace_id: str | None = None, **options: Any
) -> requests.Response:
    body = {
        "_connectorId": CONNECTOR_ID,
        "type": "hook",
        "function": function,
        "options": {"bearerToken": "one-time-3f9a", **options},
    }
    headers = {**HEADERS, "traceid": trace_id}
    return requests.post(f"{server}/function", json=body, headers=headers, timeout=60)


UNRULY = {
    "one that raises": ("raises", "LookupError"),
    "an exception whose text cannot be made": ("raises_what_has_no_text", "_Quota"),
    "an exception whose text is none": ("raises_what_has_none_for_a_text", "_Silent"),
    "an exception whose code cannot be asked for": ("raises_what_has_no_code", "_Coded"),
    "an exception that exits when it is shown": ("raises_what_exits_when_shown", "_Leaving"),
    "an exception that is none of Python's usual ones": ("raises_no_exception", "_Stop"),
    "a cancellation": ("raises_cancelled", "CancelledError"),
    "a message with half a character": ("raises_half_a_character", "LookupError"),
    "an exception whose text takes for ever": ("raises_what_never_ends_its_text", "_Waiting"),
    "an exception whose text has no end": ("raises_what_has_a_text_without_end", "_Endless"),
    "an exception that stops all when it is shown": ("raises_what_stops_when_shown", "_Stopping"),
    "an exception whose text is of a kind of its own": ("raises_a_text_of_its_own_kind", "_Odd"),
    "a group of exceptions": ("raises_several", "BaseExceptionGroup"),
    "an exception that is its own cause": ("raises_its_own_cause", "LookupError"),
    "an exception that ends generators": ("raises_the_end_of_a_generator", "GeneratorExit"),
    "a callback's error whose text cannot be made": ("calls_back_with_what_has_no_text", "_Quota"),
    "one that raises later, in a thread": ("raises_later", "LookupError"),
    "one that raises later, in a task": ("raises_later_in_a_task", "LookupError"),
    "one that raises later, in a callback of the loop": (
        "raises_later_in_a_callback",
        "LookupError",
    ),
    "one that answers twice, a generator": ("yields_twice", "function_answered_twice"),
    "one that answers twice, an async generator": (
        "yields_twice_asynchronously",
        "function_answered_twice",
    ),
    "one that answers twice, by callback": ("calls_back_twice", "function_answered_twice"),
    "one that answers twice, the second time later": (
        "calls_back_later_and_again",
        "function_answered_twice",
    ),
    "one that never calls back": ("never_calls_back", "function_unanswered"),
    "an answer that cannot be serialized": ("answers_an_object", "invalid_extension_response"),
    "an answer over the limit in bytes, not in characters": (
        "answers_too_much",
        "response_size_exceeded",
    ),
    "one that takes all memory": ("takes_all_memory", "MemoryError"),
    "one that crashes the interpreter": ("crashes", "function_process_ended"),
    "one that ends its process": ("ends_its_process", "function_process_ended"),
    "one that leaves by the front door": ("exits", "SystemExit"),
}


@pytest.mark.parametrize(("function", "code"), UNRULY.values(), ids=UNRULY.keys())
def test_misbehaviour_is_answered_with_an_error_and_the_next_call_is_served(
    unruly: str, function: str, code: str
) -> None:
    refused = call(unruly, function)
    served = call(unruly, "echo", data=[1, 2])

    assert refused.status_code == 422
    assert [error["code"] for error in refused.json()["errors"]] == [code]
    assert (served.status_code, served.json()) == (200, [1, 2])


@pytest.mark.parametrize("function", ["never_answers", "waits_forever", "awaits_forever"])
def test_one_that_never_answers_is_ended_and_the_next_call_is_served(
    hasty: str, function: str
) -> None:
    refused = call(hasty, function)
    served = call(hasty, "echo", data=[1, 2])

    assert refused.status_code == 422
    assert [error["code"] for error in refused.json()["errors"]] == ["function_timeout"]
    assert (served.status_code, served.json()) == (200, [1, 2])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("raises_what_has_no_text", "The _Quota could not be shown: KeyError at unruly.py:"),
        ("raises_what_has_none_for_a_text", "The _Silent could not be shown: TypeError at "),
        ("raises_what_has_no_code", "x"),
        ("raises_half_a_character", "no � and no ␀"),
        ("raises_what_never_ends_its_text", "The _Waiting could not be shown: TakesTooLong at "),
        ("raises_what_has_a_text_without_end", "xxxxxxxxxx"),
        ("raises_what_stops_when_shown", "The _Stopping could not be shown: _Stop at unruly.py:"),
        ("raises_a_text_of_its_own_kind", "odd, but told"),
        ("raises_several", "nine orders failed (2 sub-exceptions); _Quota: The _Quota could not"),
        ("raises_its_own_cause", "around and around"),
    ],
)
def test_the_author_is_told_what_can_be_told_of_an_exception(
    unruly: str, function: str, message: str
) -> None:
    [error] = call(unruly, function).json()["errors"]

    assert error["message"].startswith(message)
    assert len(error["message"]) <= 10_000


def test_of_a_group_each_is_told_with_its_place(unruly: str) -> None:
    [error] = call(unruly, "raises_several").json()["errors"]

    assert "LookupError: no such order (at unruly.py:" in error["message"]
    assert "_Stop: over (at unruly.py:" in error["message"]


@pytest.mark.parametrize(
    "function", ["raises_what_never_ends_its_text", "raises_several", "raises_its_own_cause"]
)
def test_where_it_happened_stands_in_the_log(unruly: str, log: Path, function: str) -> None:
    call(unruly, function)

    assert re.search(rf"function={function}, .*at=unruly\.py:\d+ {function}", log.read_text())


def test_an_exception_without_a_text_leaves_its_traceback_in_the_log(
    unruly: str, log: Path
) -> None:
    call(unruly, "raises_what_has_no_text")

    assert "Traceback (most recent call last):" in log.read_text()
    assert "raise _Quota({})" in log.read_text()


def test_half_a_character_in_an_answer_travels_as_its_escape(unruly: str) -> None:
    answer = call(unruly, "answers_half_a_character")

    assert answer.content == b'{"name":"x\\ud83d","share":null}'


STYLES = {
    "a coroutine": ("is_asynchronous", lambda answer: answer["answer"] == 7),
    "a generator": ("yields_once", lambda answer: answer == 7),
    "a callback": ("calls_back", lambda answer: answer == 7),
    "a callback from a thread": ("calls_back_from_a_thread", lambda answer: answer == 7),
}


@pytest.mark.parametrize(("function", "is_right"), STYLES.values(), ids=STYLES.keys())
def test_functions_of_every_style_are_served(unruly: str, function: str, is_right: Any) -> None:
    response = call(unruly, function, answer=7)

    assert response.status_code == 200
    assert is_right(response.json())


def test_a_callbacks_error_travels_with_its_code(unruly: str) -> None:
    errors = call(unruly, "calls_back_with_an_error").json()["errors"]

    assert errors == [{"code": "out_of_stock", "message": "Nothing is left."}]


def test_calls_beside_one_that_hangs_or_dies_are_not_touched(hasty: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        bad = [pool.submit(call, hasty, item) for item in ("never_answers", "takes_all_memory")]
        good = pool.submit(
            lambda: [call(hasty, "echo", data=list(range(n))).json() for n in range(30)]
        )

        assert good.result() == [list(range(n)) for n in range(30)]
        assert [future.result().status_code for future in bad] == [422, 422]


def test_clients_that_go_away_leave_every_process_to_others(unruly: str, tmp_path: Path) -> None:
    host, port = unruly.removeprefix("http://").split(":")
    body = orjson.dumps(
        {
            "_connectorId": CONNECTOR_ID,
            "type": "hook",
            "function": "echo",
            "options": {"data": "." * 3 * KEPT},
        }
    )
    head = (
        "POST /function HTTP/1.1\r\nHost: stack\r\nContent-Type: application/json\r\n"
        f"Authorization: {HEADERS['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    for _ in range(2 * CALLS):
        with socket.create_connection((host, int(port))) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(head.encode() + body)

    def keep_company(_: int) -> requests.Response:
        return wait_for(
            lambda: call(unruly, "waits_for_company", folder=str(tmp_path), number=CALLS),
            lambda answer: answer.status_code != 503,
        )

    with ThreadPoolExecutor(CALLS) as pool:
        answers = list(pool.map(keep_company, range(CALLS)))

    assert [answer.json() for answer in answers] == [CALLS] * CALLS


def test_calls_beyond_the_limit_wait_a_moment_and_are_refused_for_now(
    unruly: str, tmp_path: Path
) -> None:
    end, begun = tmp_path / "end", [tmp_path / str(number) for number in range(CALLS)]
    with ThreadPoolExecutor(CALLS) as pool:
        running = [
            pool.submit(call, unruly, "waits_for_a_file", begun=str(file), end=str(end))
            for file in begun
        ]
        wait_for(lambda: all(file.exists() for file in begun))
        refused = [call(unruly, "echo", data=1) for _ in range(3)]
        end.touch()

    assert [item.result().status_code for item in running] == [200] * CALLS
    assert [item.status_code for item in refused] == [503] * 3
    assert refused[0].headers["Retry-After"] == "1"
    assert refused[0].json()["errors"][0]["code"] == "server_busy"


def test_a_process_is_used_again_unless_something_was_left_running_in_it(unruly: str) -> None:
    first, second = (call(unruly, "pid").json() for _ in range(2))
    spent = call(unruly, "leaves_a_thread_behind").json()

    assert first == second == spent
    assert call(unruly, "pid").json() != spent


def test_what_ended_a_call_stands_in_the_log_without_its_token(hasty: str, hasty_log: Path) -> None:
    call(hasty, "never_answers")

    text = hasty_log.read_text()
    assert "code=function_timeout" in text
    assert "one-time-3f9a" not in text


@pytest.mark.parametrize(
    "function", ["raises_with_the_record", "raises_the_record_as_its_code", "raises_later"]
)
def test_what_a_call_carried_is_not_logged_with_its_failure(
    unruly: str, log: Path, function: str
) -> None:
    told = call(unruly, function, data="ann@example.com").json()["errors"][0]

    text = log.read_text()
    assert "ann@example.com" in str(told) or function == "raises_later"
    assert "ann@example.com" not in text
    assert "no such order" not in text
    assert f"function={function}, " in text


def test_a_trace_id_that_is_no_text_harms_no_call(unruly: str) -> None:
    deep = "[" * 1020 + "]" * 1020
    text = (
        f'{{"_connectorId":"{CONNECTOR_ID}","type":"hook","function":"echo",'
        f'"options":{{"data":1}},"traceId":{deep}}}'
    )

    headers = {**HEADERS, "Content-Type": "application/json"}
    answer = requests.post(f"{unruly}/function", data=text, headers=headers, timeout=60)

    assert (answer.status_code, answer.json()) == (200, 1)


def test_every_call_has_its_line_in_the_access_log_once_whoever_answered_it(
    hasty: str, hasty_log: Path
) -> None:
    functions = {"echo": 200, "raises": 422, "crashes": 422, "never_answers": 422, "pid": 200}

    mark = uuid.uuid4().hex  # the log may be that of a first chance, too
    for function in functions:
        call(hasty, function, trace_id=f"{mark}-{function}", data=1)

    expected = [(f"{mark}-{function}", str(status)) for function, status in functions.items()]
    line = re.compile(rf"logName=reqFinished, .*statusCode=(\d+), .*traceId=({mark}-\w+)\n")
    found = wait_for(
        lambda: line.findall(hasty_log.read_text()), lambda found: len(found) >= len(functions)
    )
    assert [(trace_id, status) for status, trace_id in found] == expected
