"""Pushed updates (protocol/http-api.md#9-connectors-and-licences, U15)."""

import threading

import pytest

from connector_kit.sandbox import Sandbox
from tests.sandbox.plain import CONNECTOR, FAR, Api, Failure, code


@pytest.fixture
def push(publisher, connector):
    def run(*identities):
        return publisher.put(
            f"/connectors/{connector['_id']}/update", {"_integrationIds": [*identities]}
        )

    return run


@pytest.fixture
def drain(control):
    """Wait until no pushed update runs."""
    return lambda: control.post("/drain", {"timeout_seconds": 10}).json()


def _finish(api):
    def update(options):
        path = f"/integrations/{options['_integrationId']}"
        client = api(options["bearerToken"])
        document = client.get(path).json()
        client.put(path, {**document, "updateInProgress": False, "version": "1.1.0"})

    return update


def test_a_push_is_accepted_at_once_and_run_for_each_installation(
    api, publisher, connector, stack, install, push, drain
):
    stack.functions["update"] = _finish(api)
    installed = [install(0), install(1)]
    stack.calls.clear()

    answer = push(*installed, installed[0])

    assert (answer.status_code, answer.content) == (200, b"")
    assert drain() == {"drained": True, "pushes_in_flight": 0, "jobs_in_flight": 0}
    entries = publisher.get(f"/connectors/{connector['_id']}/installBase").json()
    assert [(entry["version"], entry["updateInProgress"]) for entry in entries] == [
        ("1.1.0", False)
    ] * 2
    assert sorted(call["options"]["_integrationId"] for call in stack.calls) == sorted(installed)
    assert {(call["type"], call["function"]) for call in stack.calls} == {("installer", "update")}
    assert stack.last["options"].keys() == {"bearerToken", "_integrationId", "opts"}


def test_a_failed_update_leaves_the_lock_and_the_old_version_until_it_is_pushed_again(
    api, customer, stack, install, push, drain
):
    def fail(options):
        raise Failure("half_way")

    identity = install()
    stack.functions["update"] = fail
    push(identity)
    drain()
    after_failure = customer.get(f"/integrations/{identity}").json()

    stack.functions["update"] = _finish(api)
    push(identity)
    drain()

    assert after_failure["updateInProgress"] is True
    assert "version" not in after_failure
    assert customer.get(f"/integrations/{identity}").json()["version"] == "1.1.0"


def test_an_unknown_installation_is_named_and_nothing_is_pushed(
    customer, stack, install, push, drain
):
    identity = install()
    stack.calls.clear()

    answer = push(identity, "0" * 24)

    assert code(answer) == (422, "invalid_ref")
    assert "0" * 24 in answer.text
    assert drain()["drained"]
    assert stack.calls == []
    assert customer.get(f"/integrations/{identity}").json()["updateInProgress"] is False


def test_another_connectors_installation_cannot_be_pushed(publisher, install):
    identity = install()
    other = publisher.create("connectors", **CONNECTOR)

    answer = publisher.put(f"/connectors/{other['_id']}/update", {"_integrationIds": [identity]})

    assert code(answer) == (422, "invalid_ref")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (422, "missing_required_field")),
        ({"_integrationIds": []}, (422, "missing_required_field")),
        ({"_integrationIds": "all"}, (422, "invalid_field")),
    ],
)
def test_a_push_names_its_installations(publisher, connector, body, expected):
    assert code(publisher.put(f"/connectors/{connector['_id']}/update", body)) == expected


def test_an_expired_license_refuses_the_push(publisher, customer, connector, install, push):
    identity = install()
    path = f"/connectors/{connector['_id']}/licenses"
    (license_,) = publisher.get(path).json()
    publisher.put(f"{path}/{license_['_id']}", {"expires": "2020-01-01"})

    assert code(push(identity)) == (422, "license_expired")
    assert customer.get(f"/integrations/{identity}").json()["updateInProgress"] is False


def test_pushing_again_while_it_runs_runs_it_once_more_and_never_at_the_same_time(
    stack, install, push, drain
):
    identity, begun, may_end = install(), threading.Semaphore(0), threading.Event()
    running, together = [], []

    def update(options):
        running.append(1)
        together.append(len(running))
        begun.release()
        may_end.wait(60)
        running.pop()

    stack.functions["update"] = update
    push(identity)
    begun.acquire(timeout=60)
    for _ in range(3):
        push(identity)
    may_end.set()
    drain()

    assert together == [1, 1]


def test_as_many_updates_run_at_a_time_as_were_allowed(stack):
    gate = threading.Barrier(2, timeout=60)
    stack.functions["update"] = lambda _: gate.wait() and None
    with Sandbox(accounts=4, bucket=0, push_parallelism=2) as sandbox:
        publisher = Api(sandbox.base_url, sandbox.publisher_token)
        control = Api(sandbox.control_url)
        connector = _connector(publisher, stack)
        installed = [
            _install(sandbox, publisher, connector, account) for account in sandbox.accounts
        ]

        publisher.put(f"/connectors/{connector}/update", {"_integrationIds": installed})
        control.post("/drain")

        counters = control.get("/counters").json()
        publisher.close()
        control.close()
    assert counters["pushes_in_flight_peak"] == 2
    assert counters["function_calls"]["update"] == 4
    assert "update" not in counters["function_failures"]


def _connector(publisher, stack):
    record = publisher.create("stacks", type="server", server={"hostURI": stack.uri})
    return publisher.create("connectors", **CONNECTOR, _stackId=record["_id"])["_id"]


def _install(sandbox, publisher, connector, account):
    license_ = {"email": account.email, "expires": FAR}
    publisher.post(f"/connectors/{connector}/licenses", license_)
    customer = Api(sandbox.base_url, account.token)
    answer = customer.post(f"/integrations/{connector}/install", {})
    customer.close()
    return answer.json()["_integrationId"]
