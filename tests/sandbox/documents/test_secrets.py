"""Secrets are write-only; pings tell what is missing (protocol/resources.md, U25, U35)."""

import json
from functools import reduce
from pathlib import Path

import pytest

from connector_kit.sandbox.documents.masks import mask_secrets, without_secrets
from connector_kit.sandbox.documents.schemas import secrets
from tests.sandbox.plain import HTTP_CONNECTION

PLATFORM = json.loads(
    (Path(__file__).parents[3] / "connector_kit" / "schemas" / "platform.json").read_text()
)

MASK = "******"


def _http(auth):
    return {**HTTP_CONNECTION["http"], "auth": auth}


def _auth(document):
    return document["http"]["auth"]["basic"]


def test_a_secret_is_answered_as_a_mask_everywhere(customer, control, sandbox):
    made = customer.connection()
    account = sandbox.accounts[0].account_id

    shown = [
        made,
        customer.get(f"/connections/{made['_id']}").json(),
        customer.get("/connections").json()[-1],
        control.get(f"/accounts/{account}/documents").json()["connections"][-1],
    ]

    assert [_auth(item)["password"] for item in shown] == [MASK] * 4
    assert {_auth(item)["username"] for item in shown} == {"u"}


def test_an_iclient_keeps_a_secret_that_is_sent_masked_and_loses_one_that_is_left_out(customer):
    made = customer.create("iclients", provider="shopify", oauth2={"clientSecret": "s3cret"})
    path = f"/iclients/{made['_id']}"

    kept = customer.put(path, made).json()
    lost = customer.put(path, {**made, "oauth2": {"clientId": "c"}}).json()

    assert kept["oauth2"] == {"clientSecret": MASK}
    assert lost["oauth2"] == {"clientId": "c"}


def test_a_put_with_the_mask_makes_it_the_secret_of_a_connection(customer):
    made = customer.connection()

    customer.put(f"/connections/{made['_id']}", made)

    ping = customer.get(f"/connections/{made['_id']}/ping").json()
    assert [error["field"] for error in ping["errors"]] == ["http.auth.basic.password"]


def test_a_put_without_the_secret_loses_it(customer):
    made = customer.connection()
    del made["http"]["auth"]["basic"]["password"]

    customer.put(f"/connections/{made['_id']}", made)

    ping = customer.get(f"/connections/{made['_id']}/ping")
    assert ping.status_code == 200
    assert ping.json()["code"] == 401
    assert [error["field"] for error in ping.json()["errors"]] == ["http.auth.basic.password"]


def test_a_patch_leaves_secrets_alone(customer):
    made = customer.connection()

    customer.patch(
        f"/connections/{made['_id']}", [{"op": "replace", "path": "/name", "value": "B"}]
    )

    assert customer.get(f"/connections/{made['_id']}/ping").json() == {"code": 200}


def test_a_mask_in_a_new_document_is_no_secret(customer):
    basic = {"username": "u", "password": MASK}
    made = customer.connection(http=_http({"type": "basic", "basic": basic}))

    assert made["offline"] is True


def test_a_ping_takes_a_connection_offline_and_back(customer):
    made = customer.connection(http=_http({"type": "basic", "basic": {"username": "u"}}))
    path = f"/connections/{made['_id']}"
    assert customer.post(f"{path}/ping", {}).json()["code"] == 401
    assert customer.get(path).json()["offline"] is True

    customer.put(path, {**made, **HTTP_CONNECTION})

    assert customer.post(f"{path}/test").json() == {"code": 200}
    assert customer.get(path).json()["offline"] is False


PINGS = {
    "no login": ({"type": "http", "http": {"baseURI": "https://x"}}, []),
    "token": (
        {"type": "http", "http": {"auth": {"type": "token", "token": {"token": "t"}}}},
        [],
    ),
    "no token": ({"type": "http", "http": {"auth": {"type": "token"}}}, ["http.auth.token.token"]),
    "ftp by key": ({"type": "ftp", "ftp": {"username": "u", "authKey": "k"}}, []),
    "ftp": ({"type": "ftp"}, ["ftp.username", "ftp.password"]),
    "netsuite": (
        {"type": "netsuite", "netsuite": {"authType": "token", "tokenId": "t"}},
        ["netsuite.tokenSecret"],
    ),
    "database": ({"type": "rdbms", "rdbms": {"type": "mysql", "user": "u", "password": "p"}}, []),
    "bigquery": (
        {"type": "rdbms", "rdbms": {"type": "bigquery"}},
        ["rdbms.bigquery.privateKey"],
    ),
    "salesforce": ({"type": "salesforce"}, ["salesforce.refreshToken"]),
    "s3 with a role": ({"type": "s3", "s3": {"authType": "awsIam"}}, []),
    "anything else": ({"type": "as2"}, []),
}


@pytest.mark.parametrize("row", PINGS.values(), ids=PINGS.keys())
def test_an_unsaved_connection_is_pinged_by_the_same_rule(customer, row):
    document, missing = row

    answer = customer.post("/connections/ping", document).json()

    assert [error["field"] for error in answer.get("errors", [])] == missing
    assert answer["code"] == (401 if missing else 200)


SECRETS = {
    "connections": {
        "type": "wrapper",
        "wrapper": {"pingFunction": "ping", "encrypted": {"secret": "x"}},
    },
    "exports": {"type": "webhook", "webhook": {"token": "x"}},
    "iclients": {"provider": "shopify", "oauth2": {"clientSecret": "x"}},
    "stacks": {"type": "lambda", "lambda": {"secretAccessKey": "x"}},
}


ALL = [(resource, path) for resource in PLATFORM["x-resources"] for path in secrets(resource)]


@pytest.mark.parametrize(("resource", "path"), ALL, ids=str)
def test_every_secret_of_the_platform_is_masked(resource, path):
    document = {"name": "It", **reduce(lambda inner, name: {name: inner}, path[::-1], "sesame")}

    assert "sesame" not in str(mask_secrets(resource, document))
    assert "sesame" not in str(without_secrets(resource, document))


def test_the_platform_marks_seventy_secrets():
    text = json.dumps(PLATFORM["$defs"])

    assert text.count('"x-secret": true') == 70
    assert len(ALL) >= 70


@pytest.mark.parametrize(("resource", "document"), SECRETS.items())
def test_every_type_hides_its_own_secrets(customer, resource, document):
    made = customer.create(resource, **document)

    assert MASK in made[[*document][-1]].values()


def test_a_stack_shows_its_system_token_on_request_and_makes_a_new_one(customer):
    made = customer.create("stacks", type="server", server={"hostURI": "http://127.0.0.1:1"})
    path = f"/stacks/{made['_id']}"
    first = customer.get(f"{path}/systemToken").json()["systemToken"]
    customer.put(path, made)
    customer.put(path, {**made, "server": {"hostURI": "http://127.0.0.1:2"}})
    kept = customer.get(f"{path}/systemToken").json()["systemToken"]

    renewed = customer.delete(f"{path}/systemToken")

    assert made["server"]["systemToken"] == MASK
    assert first == kept
    assert renewed.status_code == 200
    assert renewed.json()["systemToken"] not in (first, MASK)


def test_tokens_are_in_no_repr_and_no_log(sandbox, control, customer):
    customer.get("/tokenInfo")

    secrets = [sandbox.accounts[0].token, sandbox.publisher_token]

    seen = control.get("/log?limit=1000").text + repr(sandbox.accounts) + repr(sandbox.publisher)
    assert not any(secret in seen for secret in secrets)
