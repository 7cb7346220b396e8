"""Exports, imports and flows of a deployment run on demand, for the end user who asks."""

import pytest

from connector_kit.embedded import EmbeddedError, deploy, record_release, run_export, run_flow
from connector_kit.embedded import run_import as run
from connector_kit.integrator.errors import NotFound
from examples.embedded.applications import Applications
from tests.embedded.shop import credentials_for
from tests.publisher.fixtures import ORDERS


def test_an_export_returns_its_records_as_the_publishers_hook_leaves_them(acme):
    assert run_export(acme, "new_orders") == [{"number": 1, "status": "paid"}]


def test_an_import_returns_one_result_for_each_record(acme):
    results = run(acme, "post_message", [{"number": 7}, {"number": 8}])

    assert [result["statusCode"] for result in results] == [200, 200]
    assert Applications.posted == [{"text": 7}, {"text": 8}]


def test_a_record_that_failed_says_why(embedding, release, acme):
    wrong = {"http": {"auth": {"token": {"token": "expired"}}}}
    deploy(release.connector, embedding.account, "acme", credentials={"chat": wrong}, ping=False)

    [result] = run(acme, "post_message", [{"number": 7}])

    assert result["statusCode"] == 401
    assert result["errors"]


def test_a_flow_is_started_and_followed(embedding, acme):
    *_, last = run_flow(acme, "orders_to_chat").watch(every=0.01, seconds=20)

    assert (last.status, last.successes, last.errors) == ("completed", 1, 0)
    assert Applications.posted == [{"text": 1}]


@pytest.mark.parametrize(("act", "name"), [(run_export, "orders"), (run_flow, "new_orders")])
def test_another_name_is_answered_with_those_there_are(acme, act, name):
    with pytest.raises(EmbeddedError, match=r"it has (new_orders|orders_to_chat)") as refused:
        act(acme, name)

    assert refused.value.code == "unknown_component"


def test_what_was_deleted_in_the_account_is_said_to_be_gone(embedding, acme):
    for name in ("orders_to_chat", "new_orders"):
        resource, each = embedding.of(acme)[name]
        embedding.do("DELETE", f"/{resource}/{each['_id']}")

    with pytest.raises(NotFound):
        run_export(acme, "new_orders")


def test_each_deployment_gets_the_functions_of_its_own_connector(embedding, acme, address):
    """Another connector is embedded in the same account, with the same stack record."""
    deploy(record_release(ORDERS).connector, embedding.account, "acme", ping=False)

    assert run_export(acme, "new_orders") == [{"number": 1, "status": "paid"}]


def test_a_call_that_does_not_say_whose_it_is_is_refused(embedding, acme, address):
    deploy(record_release(ORDERS).connector, embedding.account, "acme", ping=False)
    export = {
        "name": "Not stored",
        "http": {"relativeURI": "/orders", "method": "GET"},
        "hooks": {
            "preSavePage": {"function": "keep_paid", "_stackId": _stack_id(embedding)},
        },
    }
    login = credentials_for(address)["shop"]["http"]
    connection = embedding.do(
        "POST",
        "/connections",
        {"name": "Mine", "type": "http", "http": {**login, "mediaType": "json"}},
    )

    reply = embedding.ask("POST", f"/connections/{connection['_id']}/export", {"export": export})

    assert reply.error[0] == "deployment_unknown"
    assert "orders-to-slack, shop-to-chat" in reply.error[1]


def test_one_connector_alone_needs_no_telling(embedding, acme):
    _, export = embedding.of(acme)["new_orders"]
    body = {"export": {"name": "Not stored", "http": export["http"], "hooks": export["hooks"]}}
    connection_id = embedding.of(acme)["shop"][1]["_id"]

    reply = embedding.ask("POST", f"/connections/{connection_id}/export", body)

    assert reply.body["data"] == [{"number": 1, "status": "paid"}]


def _stack_id(embedding):
    embedding.account.refresh_from_db()
    return embedding.account.stack_id
