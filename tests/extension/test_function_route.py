"""What `POST /function` answers, over HTTP, row by row of the reference (protocol/extension.md)."""

import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.extension.functions import CONNECTOR_ID, ONE_TIME_TOKEN, UNSENDABLE
from tests.waiting import wait_for

TOKEN = "current-system-token"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}

NO_MODULE = (
    "missing_required_field",
    "Need to set either the diy or _connectorId field in extension options.",
)
NO_DIY = (
    "missing_required_field",
    "DIY is not configured in the extension configuration.",
)
UNKNOWN_CONNECTOR = (
    "invalid_field",
    (
        "The _connectorId set in the extension options does't match any of the _connectorId's "
        "present in extension configuration."
    ),
)
NO_FUNCTION = (
    "missing_required_field",
    "Missing required field function in the extension options.",
)
FUNCTION_NOT_TEXT = (
    "invalid_field",
    "The function field in the extension options must be of type string.",
)
NO_OPTIONS = ("missing_required_field", "Function options haven't been provided.")
INVALID_FUNCTION = (
    "invalid_function",
    "The function passed in the extension options doesn't map to a function.",
)
NOT_SERIALIZABLE = ("invalid_extension_response", "Extension response is not serializable.")


def body(**changes: Any) -> dict[str, Any]:
    """A good call, but for *changes*; None leaves a field out."""
    call = {
        "_connectorId": CONNECTOR_ID,
        "type": "hook",
        "function": "echo",
        "options": {"bearerToken": ONE_TIME_TOKEN},
        **changes,
    }
    return {name: value for name, value in call.items() if value is not None}


def options(**more: Any) -> dict[str, Any]:
    return {"bearerToken": ONE_TIME_TOKEN, **more}


def post(server: str, call: Any, **headers: str) -> requests.Response:
    return requests.post(
        f"{server}/function", data=json.dumps(call), headers={**HEADERS, **headers}, timeout=60
    )


def exchange(server: str, sent: bytes, *, is_all: bool = False) -> bytes:
    """Send bytes as they are, with *is_all* nothing more ever; return what comes back."""
    parts = urlsplit(server)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(sent)
        if is_all:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def refused(response: requests.Response, status: int = 422) -> list[tuple[str, str]]:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/json"
    answer = response.json()
    assert list(answer) == ["errors"]
    return [(error["code"], error["message"]) for error in answer["errors"]]


CALLS_THAT_ARE_REFUSED = {
    "1a: DIY wanted, none configured": (body(diy=True), [NO_DIY]),
    "1a: DIY goes before the connector": (body(diy=True, _connectorId="unknown"), [NO_DIY]),
    "1b: an unknown connector": (body(_connectorId="unknown"), [UNKNOWN_CONNECTOR]),
    "1b: a connector that is not even text": (body(_connectorId=7), [UNKNOWN_CONNECTOR]),
    "1b: a list as connector": (body(_connectorId=[]), [UNKNOWN_CONNECTOR]),
    "1c: neither": (body(_connectorId=None), [NO_MODULE]),
    "1c: DIY false and an empty connector": (body(diy=False, _connectorId=""), [NO_MODULE]),
    "2a: no function": (body(function=None), [NO_FUNCTION]),
    "2a: an empty function": (body(function=""), [NO_FUNCTION]),
    "2a: zero, which is empty too": (body(function=0), [NO_FUNCTION]),
    "2b: a function that is not text": (body(function=7), [FUNCTION_NOT_TEXT]),
    "2b: an empty object is not empty": (body(function={}), [FUNCTION_NOT_TEXT]),
    "3: no options": (body(options=None), [NO_OPTIONS]),
    "all of step 1 at once": (
        {"_connectorId": "unknown", "function": ["echo"]},
        [UNKNOWN_CONNECTOR, FUNCTION_NOT_TEXT, NO_OPTIONS],
    ),
    "an empty call": ({}, [NO_MODULE, NO_FUNCTION, NO_OPTIONS]),
    "a list": ([], [NO_MODULE, NO_FUNCTION, NO_OPTIONS]),
    "step 1 goes before the part": (body(type="unknown", options=None), [NO_OPTIONS]),
    "5: an unknown part": (
        body(type="hoook"),
        [("object_not_found", "The object hoook doesn't exist in the module.")],
    ),
    "5: the part goes before the function": (
        body(type="hoook", function="unknown"),
        [("object_not_found", "The object hoook doesn't exist in the module.")],
    ),
    "6: an unknown function": (body(function="unknown"), [INVALID_FUNCTION]),
    "6: a function of another part": (body(type="wrapper"), [INVALID_FUNCTION]),
    "6: a part's function without a type": (body(type=None), [INVALID_FUNCTION]),
    "6: the name of something every object has": (body(function="__init__"), [INVALID_FUNCTION]),
    "7: an error of the author's own": (
        body(function="codedFailure"),
        [("order_without_lines", "The order has no lines.")],
    ),
    "7: an error without a code": (
        body(function="plainFailure"),
        [("ValueError", "The order has no lines.")],
    ),
    "7: a bug": (body(type="installer", function="install"), [("KeyError", "'_integrationId'")]),
    "7: a function that leaves the process": (
        body(function="leaving"),
        [("SystemExit", "3")],
    ),
    "8: a result that holds itself": (body(function="cycle"), [NOT_SERIALIZABLE]),
    **{f"9: {name}": (body(function=name), [NOT_SERIALIZABLE]) for name in UNSENDABLE},
    "10: a result over the limit": (
        body(options=options(text="x" * 100), maxResponseSize=50),
        [("response_size_exceeded", "response stream exceeded limit of 50 bytes.")],
    ),
    "10: a result over the usual limit": (
        body(options=options(text="x" * 5 * 1024 * 1024)),
        [("response_size_exceeded", "response stream exceeded limit of 5242880 bytes.")],
    ),
}


@pytest.mark.parametrize(
    ("call", "errors"), CALLS_THAT_ARE_REFUSED.values(), ids=CALLS_THAT_ARE_REFUSED.keys()
)
def test_a_call_is_refused_for_the_reason_the_reference_gives(
    server: str, call: Any, errors: list[tuple[str, str]]
) -> None:
    assert refused(post(server, call)) == errors


RESULTS = {
    "the result, nothing around it": (
        body(options=options(a=[1, {"b": None}])),
        options(a=[1, {"b": None}]),
    ),
    "a wrapper": (body(type="wrapper", function="ping"), {"statusCode": 200}),
    "an installer": (
        body(type="installer", function="install", options=options(_integrationId="i1")),
        {"installed": "i1"},
    ),
    "an uninstaller": (body(type="uninstaller", function="remove"), {"success": True}),
    "a setting": (
        body(type="setting", function="persistSettings"),
        {"success": True, "pending": {}},
    ),
    "a utility": (body(type="utility", function="anything"), "done"),
    "the part by its own name": (
        body(type="settings", function="persistSettings"),
        {"success": True, "pending": {}},
    ),
    "a flat function": (body(type=None, function="formInit"), {"fieldMap": {}}),
    "a flat function, type empty": (body(type="", function="formInit"), {"fieldMap": {}}),
    "numbers that JSON does not have": (body(function="notANumber"), [None, None, 1.5]),
    "a limit that is no number is no limit": (body(maxResponseSize="1"), options()),
}


@pytest.mark.parametrize(("call", "expected"), RESULTS.values(), ids=RESULTS.keys())
def test_a_call_is_answered_with_the_functions_result(
    server: str, call: Any, expected: Any
) -> None:
    response = post(server, call)

    assert (response.status_code, response.json()) == (200, expected)


def test_a_function_without_a_result_is_answered_with_an_empty_body(server: str) -> None:
    response = post(server, body(function="nothing"))

    assert (response.status_code, response.content) == (200, b"")


def test_a_method_keeps_the_state_of_its_object(server: str) -> None:
    counts = [post(server, body(function="count")).json() for _ in range(20)]

    assert max(counts) > 1, "one of the few processes has answered twice"


def test_an_answer_may_be_as_long_as_the_limit_counted_in_bytes(server: str) -> None:
    text = "ü" * 10
    length = len(f'"{text}"'.encode())
    call = body(function="entries", options=options(answer=text))

    assert post(server, {**call, "maxResponseSize": length}).json() == text
    assert refused(post(server, {**call, "maxResponseSize": length - 1})) == [
        ("response_size_exceeded", f"response stream exceeded limit of {length - 1} bytes.")
    ]


def test_half_a_character_and_huge_integers_survive_the_way_through(server: str) -> None:
    sent = r'{"half": "\ud83d", "huge": 123456789012345678}'
    text = json.dumps(body(function="entries", options=options(answer=0)))

    response = requests.post(
        f"{server}/function",
        data=text.replace('"answer": 0', f'"answer": {sent}'),
        headers=HEADERS,
        timeout=60,
    )

    assert response.status_code == 200
    assert response.json() == json.loads(sent)


def test_the_times_of_a_delta_export_arrive_as_dates(server: str) -> None:
    call = body(options=options(lastExportDateTime="2026-01-01T00:00:00.000Z"))

    assert refused(post(server, call)) == [NOT_SERIALIZABLE]


def test_a_time_that_cannot_be_read_stays_as_it_is(server: str) -> None:
    call = body(options=options(lastExportDateTime="yesterday"))

    assert post(server, call).json()["lastExportDateTime"] == "yesterday"


SENDERS = {
    "the header": ({"Authorization": f"Bearer {TOKEN}"}, {}, "", 200),
    "the header, in any case": ({"Authorization": f"bEARER {TOKEN}"}, {}, "", 200),
    "the token that is taking over": ({"Authorization": "Bearer next-system-token"}, {}, "", 200),
    "the body": ({}, {"access_token": TOKEN}, "", 200),
    "the query": ({}, {}, f"?access_token={TOKEN}", 200),
    "the body goes before the query": ({}, {"access_token": "x"}, f"?access_token={TOKEN}", 401),
    "a header is the only place looked at": (
        {"Authorization": "Basic x"},
        {"access_token": TOKEN},
        f"?access_token={TOKEN}",
        401,
    ),
    "an empty header counts": ({"Authorization": ""}, {"access_token": TOKEN}, "", 401),
    "no token": ({}, {}, "", 401),
    "a wrong token": ({"Authorization": "Bearer x"}, {}, "", 401),
    "a token cut short": ({"Authorization": f"Bearer {TOKEN[:-1]}"}, {}, "", 401),
    "two blanks": ({"Authorization": f"Bearer  {TOKEN}"}, {}, "", 401),
    "three parts": ({"Authorization": f"Bearer {TOKEN} x"}, {}, "", 401),
    "no scheme": ({"Authorization": TOKEN}, {}, "", 401),
    "a token that is not text": ({}, {"access_token": [TOKEN]}, "", 401),
    "a token beyond ASCII": ({"Authorization": "Bearer t\xfcr"}, {}, "", 401),
}


@pytest.mark.parametrize(
    ("headers", "fields", "query", "status"), SENDERS.values(), ids=SENDERS.keys()
)
def test_only_who_knows_the_system_token_is_served(
    server: str, headers: dict[str, str], fields: dict[str, Any], query: str, status: int
) -> None:
    response = requests.post(
        f"{server}/function{query}", json={**body(), **fields}, headers=headers, timeout=60
    )

    assert response.status_code == status
    if status == 401:
        assert refused(response, 401) == [("unauthorized", "Invalid system token.")]
        assert response.headers["WWW-Authenticate"] == "invalid system token"


UNREADABLE = {
    "not JSON": (b'{"function": ', 400),
    "no JSON at all": (b"function=echo", 400),
    "not UTF-8": (b'{"function": "\xff"}', 400),
    "a constant that JSON does not have": (b'{"function": NaN}', 400),
    "a text": (b'"echo"', 400),
    "a number": (b"7", 400),
    "null": (b"null", 400),
    "nested beyond reason": (b"[" * 100_000, 400),
    "50 MB and a byte": (b" " * (50 * 1024 * 1024 + 1), 413),
}


@pytest.mark.parametrize(("sent", "status"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_body_is_refused(server: str, sent: bytes, status: int) -> None:
    response = requests.post(f"{server}/function", data=sent, headers=HEADERS, timeout=60)

    [(code, _message)] = refused(response, status)
    assert code == {400: "invalid_json", 413: "entity_too_large"}[status]


@pytest.mark.parametrize("sent", [chunk for chunk, _ in UNREADABLE.values()], ids=UNREADABLE.keys())
def test_nothing_is_read_of_who_comes_with_a_wrong_token(server: str, sent: bytes) -> None:
    head = (
        "POST /function HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer x\r\nContent-Length: {len(sent)}\r\n\r\n"
    )

    assert exchange(server, head.encode()).startswith(b"HTTP/1.1 401 ")


def test_a_token_in_the_body_is_looked_for_in_a_small_body_only(server: str) -> None:
    call = body(options=options(text="x" * 64 * 1024), access_token=TOKEN)

    response = requests.post(f"{server}/function", json=call, timeout=60)

    [(code, message)] = refused(response, 413)
    assert code == "entity_too_large"
    assert "With the system token in the Authorization header" in message


CUT_OFF = {
    "of a known length": "Content-Length: 100\r\n\r\n{",
    "in chunks": "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "in chunks, the last of them begun": "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n5\r\n  ",
    "in chunks that are none": "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n",
}


@pytest.mark.parametrize("rest", CUT_OFF.values(), ids=CUT_OFF.keys())
def test_a_body_that_ends_early_is_refused(server: str, rest: str) -> None:
    head = (
        "POST /function HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {TOKEN}\r\n{rest}"
    )

    answer = exchange(server, head.encode(), is_all=True)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"incomplete_body" in answer


def test_a_body_sent_in_chunks_is_read_whole(server: str) -> None:
    pieces = (piece.encode() for piece in json.dumps(body()))

    response = requests.post(f"{server}/function", data=pieces, headers=HEADERS, timeout=60)

    assert response.json() == options()


def test_a_chunked_body_over_the_limit_is_refused(server: str) -> None:
    pieces = (b" " * 1024 * 1024 for _ in range(51))

    response = requests.post(f"{server}/function", data=pieces, headers=HEADERS, timeout=60)

    assert response.status_code == 413


def test_a_large_body_within_the_limit_is_served(server: str) -> None:
    call = body(function="entries", options=options(data="x" * 20 * 1024 * 1024, answer="read"))

    assert post(server, call).json() == "read"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_does_not_claim_to_be_json_counts_as_empty(
    server: str, content_type: str
) -> None:
    response = post(server, body(), **{"Content-Type": content_type})

    assert refused(response) == [NO_MODULE, NO_FUNCTION, NO_OPTIONS]


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json ;a=b"]
)
def test_parameters_and_case_of_the_content_type_do_not_matter(
    server: str, content_type: str
) -> None:
    assert post(server, body(), **{"Content-Type": content_type}).status_code == 200


def test_a_one_time_token_never_travels_back_in_an_error(server: str) -> None:
    errors = refused(post(server, body(function="leakingFailure")))

    assert errors == [("RuntimeError", "could not log in with ******")]


def test_a_placeholder_for_a_token_blots_nothing_out(server: str) -> None:
    call = body(function="unknown", options={"bearerToken": "x"})

    assert refused(post(server, call)) == [INVALID_FUNCTION]


def test_the_log_tells_who_was_called_and_never_the_tokens(server: str, server_log: Path) -> None:
    called = options(
        _integrationId="i1", _flowId="f1", _importId="m1", connection={"_id": "c1", "encrypted": {}}
    )
    post(server, body(type="wrapper", function="ping", options=called), traceid="trace-7")
    requests.post(f"{server}/function?access_token={TOKEN}", json=body(), timeout=60)
    post(server, body(function="leakingFailure", traceId="trace\nlogName=forged"))
    post(server, body(), traceid="x" * 5000)

    last = f"traceId={'x' * 200}...\n"
    text = wait_for(server_log.read_text, lambda text: last in text)
    assert (
        f"logName=callFunctionInvoked, type=wrapper, function=ping, _connectorId={CONNECTOR_ID}, "
        "_integrationId=i1, _flowId=f1, _importId=m1, _connectionId=c1, _reqId="
    ) in text
    assert re.search(
        r"logName=reqFinished, method=POST, url=/function, statusCode=200, responseTime=\d+ms, "
        r"function=ping, _integrationId=i1, _reqId=\d{13}[0-9a-z]{4}, traceId=trace-7\n",
        text,
    )
    assert "logName=callFunctionFailed, code=RuntimeError" in text
    assert "traceId=trace logName=forged" in text
    assert TOKEN not in text
    assert ONE_TIME_TOKEN not in text


def test_a_self_made_integration_is_called_without_a_connector(diy_server: str) -> None:
    served = post(diy_server, body(diy=True, _connectorId="ignored"))

    assert served.json() == options()


def test_a_server_of_a_self_made_integration_knows_no_connector(diy_server: str) -> None:
    assert refused(post(diy_server, body())) == [UNKNOWN_CONNECTOR]


HEALTH = {
    "/": (200, "application/json", '{"success":true}'),
    "/healthCheck": (200, "application/json", '{"success":true}'),
    "/livez": (200, "text/plain; charset=utf-8", "OK"),
    "/readyz": (200, "text/plain; charset=utf-8", "OK"),
}


@pytest.mark.parametrize(("path", "expected"), HEALTH.items(), ids=HEALTH.keys())
def test_health_is_told_to_anyone_under_any_host_name(
    server: str, path: str, expected: tuple[int, str, str]
) -> None:
    response = requests.get(server + path, headers={"Host": "10.0.0.7"}, timeout=60)

    assert (response.status_code, response.headers["Content-Type"], response.text) == expected


@pytest.mark.parametrize(("method", "path"), [("POST", "/functions"), ("GET", "/function")])
def test_an_unknown_path_is_answered_in_json(server: str, method: str, path: str) -> None:
    response = requests.request(method, server + path, json=body(), headers=HEADERS, timeout=60)

    assert refused(response, 404) == [("not_found", "Nothing was found at this address.")]
