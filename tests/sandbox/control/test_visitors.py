"""A web page that a developer visits cannot steer the sandbox."""

import json
import signal

import pytest
import requests

from connector_kit.sandbox.control.visitors import is_open
from tests.sandbox.test_command import COMMANDS, _start

LIMITS = b'{"bucket": 7}'


def ask(sandbox, method="POST", path="/limits", body=LIMITS, **headers):
    named = {"Content-Type": "application/json"} if body else {}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    given = {name: value for name, value in named.items() if value is not None}
    return requests.request(
        method, sandbox.control_url + path, data=body, headers=given, timeout=60
    )


def bucket(sandbox):
    return ask(sandbox, body=b"{}").json()["bucket"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Host": "rebound.example.com"}, 403),
        ({"Host": "rebound.example.com:8900", "Origin": "http://rebound.example.com:8900"}, 403),
        ({"Host": "127.0.0.1.example.com"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content_Type": "text/plain; a=application/json"}, 415),
        ({"Content_Type": None}, 415),
    ],
)
def test_what_a_page_of_another_site_can_send_is_refused(sandbox, headers, status):
    before = bucket(sandbox)

    answer = ask(sandbox, **headers)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"]
    assert bucket(sandbox) == before


@pytest.mark.parametrize("path", ["/reset_counters", "/drain"])
@pytest.mark.parametrize("headers", [{"Origin": "https://x.example.com"}, {"Content_Type": "a/b"}])
def test_a_request_without_a_body_is_no_exception(sandbox, path, headers):
    assert ask(sandbox, path=path, body=b"", **headers).status_code in (403, 415)


@pytest.mark.parametrize("path", ["/log", "/mails", "/counters"])
def test_nothing_is_told_to_a_name_that_was_led_here(sandbox, path):
    headers = {"Host": "rebound.example.com"}

    assert ask(sandbox, "GET", path, body=None, **headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content_Type": "application/json; charset=utf-8"},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Site": "same-origin"},
        {"Host": "localhost:8900", "Origin": "http://localhost:8900"},
        {"Host": "[::1]:8900"},
        {"Host": "sandbox:8900"},
        {"Host": "10.1.2.3:8900"},
    ],
)
def test_programs_and_its_own_pages_are_let_in(sandbox, headers):
    assert ask(sandbox, body=b"{}", **headers).status_code == 200


def test_a_signed_address_is_a_link_for_anybody(sandbox):
    headers = {"Sec_Fetch_Site": "cross-site"}

    answer = ask(sandbox, "GET", "/files/none/a.zip", body=None, **headers)

    assert answer.json()["errors"][0]["code"] == "forbidden"


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", 0), ("127.0.0.9", 0), ("::1", 0), ("localhost", 0), ("0.0.0.0", 1), ("::", 1),
     ("192.0.2.7", 1), ("workstation", 1), ("", 1)],
)  # fmt: skip
def test_what_listens_for_others_is_known(host, expected):
    assert is_open(host) == bool(expected)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_it_warns_when_others_reach_it_and_shows_them_no_tokens(options):
    with _start(COMMANDS["plain"], "--port", "0", "--host", "0.0.0.0", *options) as process:
        warning = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=60)

    assert warning.startswith("Warning: the sandbox listens on 0.0.0.0")
    if options:
        assert json.loads(told)["publisher_token"]
    else:
        assert "Tokens are not shown" in told
        assert "@example.com" not in told
