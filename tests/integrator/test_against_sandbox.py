"""The client and the local integrator.io, two readings of one protocol, agree."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connector_kit.integrator import (
    Client,
    MemoryThrottle,
    NoThrottle,
    OneTimeToken,
    RetryPolicy,
    Timeout,
)
from connector_kit.integrator.errors import CallEnded, NotFound, Refused, Unauthorized
from connector_kit.sandbox import Sandbox

SHOP = {
    "name": "Shop",
    "type": "http",
    "http": {"baseURI": "https://shop.example.com", "mediaType": "json"},
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(accounts=2, bucket=0, page_size=3) as sandbox:
        yield sandbox


@pytest.fixture
def customer(sandbox: Sandbox) -> Iterator[Client]:
    with client_of(sandbox) as client:
        yield client


def client_of(sandbox: Sandbox, token: str | None = None, **options: Any) -> Client:
    retry = RetryPolicy(attempts=12, first=0.01, ceiling=0.1)
    defaults = {"throttle": NoThrottle(), "retry": retry, "timeout": Timeout(read=0.5)}
    token = token or sandbox.accounts[0].token
    return Client(token, base_url=sandbox.base_url, **{**defaults, **options})


def client_for_call(sandbox: Sandbox, token: OneTimeToken) -> Client:
    return Client.for_call(token, base_url=sandbox.base_url, throttle=NoThrottle())


def counters(sandbox: Sandbox) -> dict[str, Any]:
    return requests.get(f"{sandbox.control_url}/counters", timeout=60).json()


def test_a_token_says_whose_it_is(sandbox, customer):
    assert customer.token_info()["_userId"] == sandbox.accounts[0].user_id


def test_a_document_lives_and_dies(customer):
    made = customer.connections.create(SHOP)

    customer.connections.update(made["_id"], {**made, "name": "Shop 2"})
    customer.connections.patch(made["_id"], [{"op": "replace", "path": "/name", "value": "Shop 3"}])
    assert customer.connections.get(made["_id"])["name"] == "Shop 3"

    customer.connections.delete(made["_id"])
    with pytest.raises(NotFound):
        customer.connections.get(made["_id"])


def test_a_long_list_is_read_to_its_end(customer):
    made = {customer.connections.create(SHOP)["_id"] for _ in range(10)}

    assert made <= {connection["_id"] for connection in customer.connections.list()}


def test_a_connection_is_pinged(customer):
    made = customer.connections.create(SHOP)

    assert customer.connections.ping(made["_id"]).ok


def test_a_connection_is_pinged_in_a_context_and_before_it_is_stored(customer):
    made = customer.connections.create(SHOP)

    flow = customer.flows.create({"name": "Flow"})["_id"]

    assert customer.connections.ping(made["_id"], flow_id=flow).ok
    assert customer.connections.ping_unsaved(SHOP).ok
    assert customer.connections.test(made["_id"]).ok


def test_documents_know_their_users_and_their_integration(customer):
    integration = customer.integrations.create({"name": "Orders"})["_id"]
    of_it = {"_integrationId": integration}
    shop = customer.connections.create({**SHOP, **of_it})["_id"]
    export = customer.exports.create({"name": "Orders", "_connectionId": shop, **of_it})
    flow = customer.flows.create(
        {"name": "Flow", "pageGenerators": [{"_exportId": export["_id"]}], **of_it}
    )

    used_by = customer.connections.dependencies(shop)
    assert [export["id"] for export in used_by["exports"]] == [export["_id"]]
    assert [flow["_id"] for flow in customer.integrations.flows(integration)] == [flow["_id"]]
    made_of = customer.flows.descendants(flow["_id"])
    assert [export["_id"] for export in made_of["exports"]] == [export["_id"]]


def test_state_of_a_document_is_apart_from_the_account_s(customer):
    integration = customer.integrations.create({"name": "Orders"})["_id"]
    state = customer.state("integrations", integration)

    state.put("progress", 1)

    assert state.keys() == ("progress",)
    assert set(customer.state().keys()).isdisjoint({"progress"})
    state.clear()
    assert state.keys() == ()


def test_a_one_time_client_is_as_good_as_another_until_the_call_is_over(sandbox):
    token = OneTimeToken(sandbox.accounts[0].token, function="verify_shop")
    with token, client_for_call(sandbox, token) as client:
        assert client.token_info()["_userId"] == sandbox.accounts[0].user_id

    with pytest.raises(CallEnded):
        client.token_info()


def test_state_is_kept(customer):
    state = customer.state()
    state.put("progress", {"done": ["exports"]})
    state.put("progress", {"done": ["exports", "imports"]})

    assert state.get("progress") == {"done": ["exports", "imports"]}
    assert state.keys() == ("progress",)
    state.delete("progress")
    with pytest.raises(NotFound):
        state.get("progress")


def test_a_wrong_token_is_unauthorized(sandbox):
    with client_of(sandbox, "wrong") as client, pytest.raises(Unauthorized):
        client.token_info()


def test_a_refused_document_is_refused_with_its_field(customer):
    with pytest.raises(Refused) as caught:
        customer.flows.create({"name": "x", "pageGenerators": [{"_exportId": "64a1" * 6}]})

    assert caught.value.status == 422
    assert caught.value.code == "invalid_ref"


def test_a_connector_has_licenses_and_an_install_base(sandbox):
    with client_of(sandbox, sandbox.publisher_token) as publisher:
        stack = publisher.stacks.create(
            {"name": "S", "type": "server", "server": {"hostURI": "http://127.0.0.1:1"}}
        )
        connector = publisher.connectors.create(
            {"name": "C", "_stackId": stack["_id"], "installerFunction": "install"}
            | {"updateFunction": "update", "uninstallerFunction": "uninstall"}
        )["_id"]
        owner = {"email": sandbox.accounts[0].email, "expires": "2100-01-01T00:00:00.000Z"}
        publisher.connectors.licenses(connector).create(owner)

        assert [license_["user"] for license_ in publisher.connectors.licenses(connector).list()]
        assert list(publisher.connectors.install_base(connector)) == []
        old = publisher.stacks.system_token(stack["_id"])
        assert publisher.stacks.renew_system_token(stack["_id"]) != old


def test_reads_and_replacements_get_through_whatever_goes_wrong(sandbox, customer):
    made = customer.connections.create(SHOP)
    faults = {"rate": 0.4, "seed": 7, "kinds": ["500", "503", "drop", "lost_answer"]}
    requests.post(f"{sandbox.control_url}/faults", json=faults, timeout=60)
    try:
        for n in range(25):
            customer.connections.update(made["_id"], {**made, "name": f"Shop {n}"})
            assert customer.connections.get(made["_id"])["name"] == f"Shop {n}"
    finally:
        requests.post(f"{sandbox.control_url}/faults", json={}, timeout=60)


def test_our_own_requests_never_meet_the_rate_limit():
    size, rate, count, workers = 100, 150.0, 300, 4
    with Sandbox(accounts=1, bucket=size, rate=rate) as sandbox:
        throttle = MemoryThrottle(size, rate)

        def work() -> None:
            with client_of(sandbox, throttle=throttle, account="acme") as client:
                for _ in range(count // workers):
                    client.token_info()

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        seen = counters(sandbox)
        assert (seen["requests"], seen["rate_limited"]) == (count, 0)
