"""Whatever cannot be used is refused by name, as JSON: odd texts, numbers, dates, bodies."""

import json

import pytest
from django.test import Client

from connector_kit.api import rollouts
from connector_kit.publisher.roles import Role
from connector_kit.rollouts import RolloutOptions, start_rollout
from tests.api.fixtures import token_of
from tests.api.test_schema import DESCRIPTION, SIGNED

DEEP = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
BODIES = {
    "nested without end": (DEEP, ["parse_error"]),
    "half a character": (rb'{"a": {"b": ["x\ud83d"]}}', ["unstorable"]),
    "half a character in a name": (rb'{"a\ud83d": 1}', ["unstorable"]),
    "NUL": (rb'{"a": "x\u0000"}', ["unstorable"]),
    "too large a number": (b'{"a": 18446744073709551616}', ["unstorable"]),
    "a number of 5,000 digits": (b'{"a": ' + b"9" * 5000 + b"}", ["parse_error"]),
    "a number without end": (b'{"a": 1e999}', ["unstorable"]),
    "not a number": (b'{"a": NaN}', ["parse_error"]),
    "no text": (b'{"a": "\xff"}', ["parse_error"]),
}
QUERIES = {
    "a number of 5,000 digits": "9" * 5000,
    "the last moment, further west": "9999-12-31T23:59:59-23:00",
    "the first moment, further east": "0001-01-01T00:00:00+23:59",
    "the last day": "9999-12-31",
    "NUL": "a\x00b",
    "a long text": "x" * 60_000,
    "nothing that is a yes or no": "maybe",
    "a number without end": "1e999",
    "not a number": "NaN",
}
ADDRESS = {"slug": "orders", "version": "1.1.0", "newer": "1.1.0", "integration_id": "a" * 24}


def operations(*, body):
    for path, item in DESCRIPTION["paths"].items():
        for method, operation in item.items():
            if path not in SIGNED and ("requestBody" in operation) == body:
                named = {**ADDRESS, "id": "1", "key": "sub_1", "connector": "orders"}
                yield method, path.format(**named), operation


@pytest.fixture
def ask(db):
    """Asks with a token that may do everything."""
    client = Client(
        raise_request_exception=False,
        headers={"authorization": f"Bearer {token_of('ada', Role.ADMIN)}"},
    )
    return client.generic


def errors(answer):
    assert answer["Content-Type"] == "application/json", answer.content[:200]
    found = answer.json()["errors"]
    assert all(
        document.keys() == {"code", "message", "field"} and document["message"]
        for document in found
    )
    return found


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_cannot_be_used_is_refused_at_every_endpoint(ask, settings, body):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "api_write_rate": "100000/second"}
    sent, codes = BODIES[body]

    for method, path, _ in operations(body=True):
        answer = ask(method.upper(), path, sent, content_type="application/json")

        assert 400 <= answer.status_code < 500, (method, path, answer.content[:300])
        found = [error["code"] for error in errors(answer)]
        assert found == codes or answer.status_code in (404, 413) or path.endswith("subscriptions/")


@pytest.mark.parametrize("value", QUERIES)
def test_a_query_that_cannot_be_used_is_refused_or_finds_nothing(ask, settings, base, value):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "api_rate": "100000/second"}

    for method, path, operation in operations(body=False):
        names = [
            parameter["name"]
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query"
        ]
        for name in [] if method != "get" or "usage" in path else names:
            answer = ask("GET", path, QUERY_STRING=f"{name}={_quoted(QUERIES[value])}")

            assert answer.status_code < 500, (path, name, answer.content[:300])
            if answer.status_code >= 400:
                errors(answer)


def _quoted(text):
    return "".join(f"%{byte:02x}" for byte in text.encode())


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00%2B23:59"])
def test_a_moment_that_no_calendar_has_is_refused_by_name(ask, moment):
    answer = ask("GET", "/api/v1/actions/", QUERY_STRING=f"since={moment}")

    assert answer.status_code == 400
    assert [error["field"] for error in errors(answer)] == ["since"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("v1/installations/", "drifted"),
        ("v1/installations/", "vanished"),
        ("v1/installations/counts/", "updating"),
        ("v1/licenses/", "pending"),
        ("provisioning/subscriptions/", "refused"),
        ("v1/installations/", "limit"),
    ],
)
def test_what_is_neither_yes_nor_no_is_refused_by_name(ask, path, name):
    answer = ask("GET", f"/api/{path}", QUERY_STRING=f"{name}=maybe")

    assert answer.status_code == 400
    assert [error["field"] for error in errors(answer)] == [name]


@pytest.mark.parametrize(
    ("value", "expected"), [("true", 1), ("1", 1), ("False", 0), ("0", 0), ("", 1)]
)
def test_yes_and_no_are_understood_in_every_spelling(ask, base, value, expected):
    [row] = base.install(1)
    row.note(is_drifted=True)

    answer = ask("GET", "/api/v1/installations/", QUERY_STRING=f"drifted={value}")

    assert len(answer.json()["results"]) == expected


@pytest.mark.parametrize("path", ["rollouts/preview/", "rollouts/"])
@pytest.mark.parametrize(
    ("waves", "status"),
    [(["x"], 422), (["9" * 5000], 422), (["9"] * 5000, 400), (["rest", "1"], 422)],
)
def test_waves_that_are_none_are_refused_by_name(ask, base, release, path, waves, status):
    body = json.dumps({"connector": "orders", "waves": waves})

    answer = ask("POST", f"/api/v1/{path}", body, content_type="application/json")

    assert answer.status_code == status
    assert [error["field"] for error in errors(answer)] == ["waves"]
    assert len(answer.content) < 1000


def test_what_stands_where_in_a_body_is_said_with_its_place(ask, base):
    body = json.dumps({"connector": "orders", "installations": ["a" * 24, "b\x00", "c\ud83d"]})

    answer = ask("POST", "/api/v1/dry-runs/", body, content_type="application/json")

    assert answer.status_code == 400
    assert [(error["code"], error["field"]) for error in errors(answer)] == [
        ("unstorable", "installations[1]"),
        ("unstorable", "installations[2]"),
    ]


def test_an_item_that_cannot_be_used_is_said_with_its_place(ask, base):
    body = json.dumps({"connector": "orders", "installations": ["a" * 24, "b" * 301]})

    answer = ask("POST", "/api/v1/dry-runs/", body, content_type="application/json")

    assert answer.status_code == 400
    assert [error["field"] for error in errors(answer)] == ["installations[1]"]


def test_what_broke_is_json_and_in_the_log(ask, base, release, monkeypatch, caplog):
    def broken(_):
        raise RuntimeError("SELECT * FROM secrets")

    base.install(1)
    monkeypatch.setattr(rollouts, "status_of", broken)
    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("rest",)))

    answer = ask("GET", f"/api/v1/rollouts/{rollout.pk}/")

    assert answer.status_code == 500
    [error] = errors(answer)
    assert (error["code"], error["field"]) == ("internal_error", None)
    assert "SELECT" not in error["message"]
    assert "SELECT * FROM secrets" in caplog.text


@pytest.mark.parametrize("path", ["nope", "v1/nope/", "v1/installations/nope/"])
def test_an_address_that_there_is_not_is_json(ask, path):
    answer = ask("GET", f"/api/{path}")

    assert answer.status_code == 404
    [error] = errors(answer)
    assert error["field"] is None


def test_a_month_of_the_calendar_is_described_as_what_it_is(ask, db):
    schema = DESCRIPTION["components"]["schemas"]["MonthShape"]["properties"]["month"]

    answer = ask("GET", "/api/v1/licenses/calendar/", QUERY_STRING="month=2027-01")

    assert answer.json()["month"] == "2027-01"
    assert "format" not in schema
