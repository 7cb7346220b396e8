"""Who a token speaks for, and how far it reaches (protocol/http-api.md#one-time-tokens)."""

import pytest
import requests

from tests.sandbox.plain import HTTP_CONNECTION, code

FIFTEEN_MINUTES = 15 * 60


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, (401, "unauthorized")),
        ("", (401, "unauthorized")),
        ("Bearer wrong", (401, "unauthorized")),
        ("Basic dTpw", (401, "unauthorized")),
        ("Bearer", (401, "unauthorized")),
        ("Bearer Bearer {token}", (400, "bad_request")),
        ("bearer {token}", None),
    ],
)
def test_the_authorization_header_is_read_strictly(sandbox, header, expected):
    headers = {"Authorization": header.format(token=sandbox.accounts[0].token)} if header else {}

    answer = requests.get(sandbox.base_url + "/tokenInfo", headers=headers, timeout=60)

    assert answer.status_code == 200 if expected is None else code(answer) == expected


@pytest.fixture
def during_a_call(api, customer, stack, install):
    """Run a function's body with its one-time token: `during_a_call(lambda api: ...)`."""
    integration = install()

    def run(function):
        kept = []
        stack.functions["verify"] = lambda options: kept.append(
            function(api(options["bearerToken"]))
        )
        answer = customer.put(f"/integrations/{integration}/installer/verify")
        assert answer.status_code == 200, answer.text
        return kept[0]

    run.integration = integration
    return run


def test_a_one_time_token_dies_when_the_function_has_answered(api, stack, during_a_call):
    assert during_a_call(lambda client: client.get("/tokenInfo").status_code) == 200

    late = api(stack.last["options"]["bearerToken"]).get("/tokenInfo")

    assert code(late) == (401, "unauthorized")


def test_a_one_time_token_may_be_used_many_times(during_a_call):
    def read_twice(client):
        return [client.get("/exports").status_code for _ in range(2)]

    assert during_a_call(read_twice) == [200, 200]


def test_a_one_time_token_lives_fifteen_minutes_at_most(control, during_a_call):
    def take_long(client):
        control.post("/clock", {"advance_seconds": FIFTEEN_MINUTES})
        return code(client.get("/exports"))

    assert during_a_call(take_long) == (401, "unauthorized")


def test_what_a_connector_creates_carries_its_tag(connector, during_a_call):
    made = during_a_call(lambda client: client.connection())

    assert made["_connectorId"] == connector["_id"]


def test_a_connector_keeps_its_tag_when_it_writes_without(connector, during_a_call):
    def create_and_replace(client):
        made = client.connection()
        return client.put(f"/connections/{made['_id']}", HTTP_CONNECTION).json()

    assert during_a_call(create_and_replace)["_connectorId"] == connector["_id"]


def test_a_connector_sees_nothing_but_its_own(customer, during_a_call):
    foreign = customer.connection()

    def look(client):
        mine = client.connection()
        listed = [document["_id"] for document in client.get("/connections").json()]
        return mine["_id"] in listed, foreign["_id"] in listed

    assert during_a_call(look) == (True, False)


REACH = {
    "read another's document": ("GET", "/connections/{foreign}", (404, "not_found")),
    "replace it": ("PUT", "/connections/{foreign}", (403, "forbidden")),
    "patch it": ("PATCH", "/connections/{foreign}", (403, "forbidden")),
    "delete it": ("DELETE", "/connections/{foreign}", (403, "forbidden")),
    "write its state": ("PUT", "/connections/{foreign}/state/key", (403, "forbidden")),
    "write what is not there": ("PUT", "/connections/nothing", (404, "not_found")),
    "read connectors": ("GET", "/connectors", (403, "forbidden")),
    "push an update": ("PUT", "/connectors/{connector}/update", (403, "forbidden")),
    "read stacks": ("GET", "/stacks", (403, "forbidden")),
    "make an integration": ("POST", "/integrations", (403, "forbidden")),
    "read the account's state": ("GET", "/state", (403, "forbidden")),
    "run an installer step": (
        "PUT",
        "/integrations/{integration}/installer/verify",
        (403, "forbidden"),
    ),
    "uninstall": ("DELETE", "/integrations/{integration}/install", (403, "forbidden")),
    "delete its integration": (
        "DELETE",
        "/integrations/{integration}",
        (422, "integration_app_installed"),
    ),
}


@pytest.mark.parametrize("row", REACH.values(), ids=REACH.keys())
def test_a_connector_cannot(customer, connector, during_a_call, row):
    method, path, expected = row
    ids = {
        "foreign": customer.connection()["_id"],
        "connector": connector["_id"],
        "integration": during_a_call.integration,
    }

    answer = during_a_call(
        lambda client: client(method, path.format(**ids), [] if method == "PATCH" else {})
    )

    assert code(answer) == expected


def test_a_connector_cannot_tag_for_another_one(during_a_call):
    answer = during_a_call(
        lambda client: client.post("/connections", {**HTTP_CONNECTION, "_connectorId": "other"})
    )

    assert code(answer) == (403, "forbidden")


def test_a_user_cannot_tag_with_what_is_no_connector(customer):
    answer = customer.post("/connections", {**HTTP_CONNECTION, "_connectorId": "none"})

    assert code(answer) == (422, "invalid_ref")


def test_a_connectors_documents_may_run_functions_on_its_stack(
    publisher, customer, connector, during_a_call
):
    hooks = {"preSavePage": {"function": "keepPaid", "_stackId": connector["_stackId"]}}
    webhook = {"name": "x", "type": "webhook", "hooks": hooks}

    made = during_a_call(lambda client: client.post("/exports", webhook))

    assert made.status_code == 201
    assert code(customer.post("/exports", webhook)) == (422, "invalid_ref")
