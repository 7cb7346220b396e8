"""What is sent in place of credentials: exactly what the platform demands, and no more."""

import json

import pytest

from connector_kit.blueprint.placeholders import TO_BE_ENTERED, completed, not_entered
from connector_kit.blueprint.schemas import missing

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


def http(**auth):
    return {"type": "http", "http": {**HTTP, "auth": auth}}


def of(kind, **details):
    return {"type": kind, kind: details}


LOGINS = {
    "none": (of("http", **HTTP), []),
    "custom": (http(type="custom"), []),
    "basic": (http(type="basic"), ["http.auth.basic.username"]),
    "basic, with its user": (http(type="basic", basic={"username": "jo"}), []),
    "token": (http(type="token", token={"location": "url"}), ["http.auth.token.token"]),
    "cookie": (http(type="cookie"), ["http.auth.cookie.uri"]),
    "OAuth with a password": (
        http(type="oauth", oauth={"grantType": "password", "tokenURI": "https://t"}),
        ["http.auth.oauth.username", "http.auth.oauth.password"],
    ),
    "JWT with a secret": (
        http(type="jwtbearer", jwt={"signatureMethod": "hmac-sha256"}),
        ["http.auth.jwt.secret"],
    ),
    "JWT with a key": (
        http(type="jwtbearer", jwt={"signatureMethod": "es256", "payload": {"iss": "a"}}),
        ["http.auth.jwt.privateKey"],
    ),
    "OAuth 1 with a key": (
        http(type="oauth1", oauth={"oauth1": {"signatureMethod": "rsa-sha1"}}),
        [
            "http.auth.oauth.oauth1.consumerKey",
            "http.auth.oauth.oauth1.accessToken",
            "http.auth.oauth.oauth1.consumerPrivateKey",
        ],
    ),
    "a header without its secret": (
        of("http", **HTTP, headers=[{"name": "Accept", "value": "*"}, {"name": "X-Key"}]),
        ["http.headers[1].value"],
    ),
    "netsuite": (of("netsuite", authType="token"), []),
    "salesforce": (of("salesforce"), []),
    "ftp": (of("ftp", type="sftp"), ["ftp.hostURI", "ftp.username"]),
    "s3": (of("s3"), ["s3.accessKeyId", "s3.secretAccessKey"]),
    "mysql": (
        of("rdbms", type="mysql", port=3306),
        ["rdbms.host", "rdbms.database", "rdbms.user", "rdbms.password"],
    ),
    "snowflake with a key": (
        of("rdbms", type="snowflake", snowflake={"authType": "keyPair"}, host="h", database="d"),
        ["rdbms.user", "rdbms.key"],
    ),
    "bigquery": (
        of("rdbms", type="bigquery"),
        [
            f"rdbms.bigquery.{name}"
            for name in ("projectId", "dataset", "clientEmail", "privateKey")
        ],
    ),
    "mongodb": (of("mongodb"), ["mongodb.host[0]", "mongodb.username", "mongodb.password"]),
    "dynamodb": (of("dynamodb"), ["dynamodb.aws.accessKeyId", "dynamodb.aws.secretAccessKey"]),
    "db2": (
        of("jdbc", type="db2"),
        ["jdbc.host", "jdbc.user", "jdbc.password", "jdbc.database"],
    ),
    "wrapper": (of("wrapper", pingFunction="ping"), []),
}


@pytest.mark.parametrize(("connection", "fields"), LOGINS.values(), ids=LOGINS)
def test_a_connection_gets_placeholders_for_what_the_platform_demands(connection, fields):
    document = completed("connections", {"name": "X", **connection})

    assert sorted(not_entered(document)) == sorted(fields)
    assert not list(missing("connections", document))
    assert completed("connections", document) == document


def test_what_is_declared_stays_as_it_is():
    declared = {"name": "X", **http(type="token", token={"scheme": "Bearer", "token": None})}

    token = completed("connections", declared)["http"]["auth"]["token"]

    assert token == {"scheme": "Bearer", "token": TO_BE_ENTERED}


def test_what_only_the_author_can_decide_gets_no_placeholder():
    document = completed("connections", {"name": "X", **of("rdbms", type="redshift")})

    assert list(missing("connections", document)) == [("rdbms", "redshift", "region")]


def test_a_change_completes_only_what_it_makes_the_platform_demand():
    before = {"name": "X", **http(type="basic")}
    renamed = {**before, "name": "Y"}
    with_token = {"name": "X", **http(type="token")}

    assert completed("connections", renamed, before) == renamed
    assert not_entered(completed("connections", with_token, before)) == ["http.auth.token.token"]


def test_half_a_character_and_great_depth_are_no_obstacle():
    deep = json.loads("[" * 400 + "]" * 400)
    connection = {"name": "\ud83d", "type": "ftp", "ftp": {"\ud83d": "\ud83d"}, "settings": deep}

    assert "hostURI" in completed("connections", connection)["ftp"]
