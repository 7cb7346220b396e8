"""Documents are accepted and refused as the platform's own schemas say."""

import json

import pytest

from tests.sandbox.plain import HTTP_CONNECTION, errors

HTTP = HTTP_CONNECTION["http"]


def http(**auth):
    return {"type": "http", "http": {**HTTP, "auth": auth}}


def of(kind, **details):
    return {"type": kind, kind: details}


REFUSED = {
    "without details": ({"type": "ftp"}, ["ftp"]),
    "basic": (http(type="basic"), ["http.auth.basic"]),
    "basic without user": (http(type="basic", basic={}), ["http.auth.basic.username"]),
    "token": (http(type="token", token={}), ["http.auth.token.token"]),
    "OAuth": (
        http(type="oauth", oauth={"grantType": "password"}),
        [f"http.auth.oauth.{name}" for name in ("tokenURI", "username", "password")],
    ),
    "JWT": (
        http(type="jwtbearer", jwt={"signatureMethod": "rsa-sha256", "payload": {}}),
        ["http.auth.jwt.privateKey"],
    ),
    "a database": (
        of("rdbms", type="mysql", host="h", user="u"),
        ["rdbms.database", "rdbms.password"],
    ),
    "a marketplace": (
        {"type": "http", "http": {**HTTP, "type": "Amazon-SP-API"}},
        ["http.unencrypted"],
    ),
}


@pytest.mark.parametrize(("connection", "fields"), REFUSED.values(), ids=REFUSED)
def test_a_connection_without_credentials_is_refused(customer, connection, fields):
    answer = customer.post("/connections", {"name": "X", **connection})

    assert errors(answer) == [("missing_required_field", field) for field in fields]
    assert answer.json()["errors"][0]["message"] == f"Expected field: {fields[0]} to be present."


NEEDS_NONE = {
    "custom": http(type="custom"),
    "netsuite": of("netsuite", authType="token"),
    "salesforce": of("salesforce"),
    "wrapper": of("wrapper"),
}


@pytest.mark.parametrize("connection", NEEDS_NONE.values(), ids=NEEDS_NONE)
def test_a_connection_that_needs_no_credentials_is_accepted(customer, connection):
    assert customer.post("/connections", {"name": "X", **connection}).status_code == 201


def test_what_a_change_takes_away_is_missed_too(customer):
    made = customer.connection()
    path = f"/connections/{made['_id']}"
    removal = [{"op": "remove", "path": "/http/auth/basic"}]

    assert errors(customer.patch(path, removal)) == [("missing_required_field", "http.auth.basic")]
    assert errors(customer.put(path, {"name": "X", "type": "http"})) == [
        ("missing_required_field", "http")
    ]


@pytest.mark.parametrize(
    ("resource", "fields", "refused"),
    [
        ("imports", {"http": {"method": "POST"}}, "http.method"),
        ("imports", {"http": {"method": ["SEND"]}}, "http.method[0]"),
        ("exports", {"http": {"paging": {"method": "pages"}}}, "http.paging.method"),
        ("exports", {"adaptorType": "HttpExport"}, "adaptorType"),
        ("exports", {"delta": {"lagOffset": "soon"}}, "delta.lagOffset"),
    ],
    ids=str,
)
def test_values_that_the_schemas_do_not_allow_are_refused(customer, resource, fields, refused):
    connection = customer.connection()["_id"]
    answer = customer.post(f"/{resource}", {"name": "X", "_connectionId": connection, **fields})

    assert errors(answer) == [("invalid_field", refused)]


def test_nulls_and_unknown_fields_are_accepted(customer):
    fields = {"pathToMany": None, "http": {"relativeURI": None, "tomorrow": 1}}

    made = customer.create("exports", _connectionId=customer.connection()["_id"], **fields)

    assert made["http"]["tomorrow"] == 1


def test_words_and_levels_are_stored_as_the_platform_settles_them(customer):
    details = {**HTTP, "mediaType": "JSON", "concurrencyLevel": 999}

    made = customer.create("connections", type="http", http=details)

    assert (made["http"]["mediaType"], made["http"]["concurrencyLevel"]) == ("json", 50)


def test_credentials_that_cannot_be_right_do_not_log_in(customer):
    wrong = {"username": "nobody@nowhere.invalid", "password": "p"}
    made = customer.create("connections", **http(type="basic", basic=wrong))
    path = f"/connections/{made['_id']}"

    ping = customer.get(f"{path}/ping").json()
    right = [{"op": "replace", "path": "/http/auth/basic/username", "value": "jo"}]
    customer.patch(path, right)

    assert made["offline"] is True
    assert [error["field"] for error in ping["errors"]] == ["http.auth.basic.username"]
    assert customer.get(f"{path}/ping").json() == {"code": 200}


def test_half_a_character_and_great_depth_are_compared_like_anything_else(customer):
    deep = json.loads("[" * 300 + "]" * 300)
    connection = {"type": "http", "http": {"baseURI": "https://x.example.com/\ud83d"}}

    answer = customer.post("/connections", {"name": "X", "settings": {"x": deep}, **connection})

    assert errors(answer) == [("missing_required_field", "http.mediaType")]
