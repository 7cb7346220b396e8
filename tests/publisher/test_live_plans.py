"""A dry run through all of it: pushed by the sandbox, planned by the server, changing nothing."""

import json

import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from connector_kit import Flow
from connector_kit.models import Connector, Installation
from connector_kit.publisher import plan_live, publish
from tests.publisher.declared import OrdersToSlack
from tests.publisher.fixtures import ORDERS

CREDENTIALS = {"auth": {"type": "basic", "basic": {"username": "u", "password": "p"}}}


@pytest.fixture
def server(settings, transactional_db):
    """The address of a server over the tests' database."""
    settings.ROOT_URLCONF = "tests.publisher.served_urls"
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def installed(platform, settings, server):
    """An installation that was completed against the running server."""
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "host_uri": server}
    connector = Connector.objects.get(slug=publish(ORDERS).slug)
    integration_id = platform.install(connector)
    path = f"/integrations/{integration_id}"
    for step in platform.as_customer(0, "GET", path)["install"]:
        log_in(platform, step["_connectionId"])
        platform.as_customer(0, "PUT", f"{path}/installer/{step['installerFunction']}", {})
    return Installation.objects.get(integration_id=integration_id)


def log_in(platform, connection_id):
    path = f"/connections/{connection_id}"
    connection = platform.as_customer(0, "GET", path)
    http = {**connection["http"], **CREDENTIALS}
    platform.as_customer(0, "PUT", path, {**connection, "http": http})


def test_a_dry_run_shows_the_update_and_leaves_the_account_and_the_records_alone(
    platform, installed, monkeypatch
):
    renamed = Flow(
        "Every order", source=OrdersToSlack.new_orders, steps=[OrdersToSlack.post_message]
    )
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")
    monkeypatch.setattr(OrdersToSlack, "orders_to_slack", renamed)
    publish(ORDERS)
    connector = installed.connector
    flows = platform.as_customer(0, "GET", "/flows")

    [answer] = plan_live(
        connector, [installed.integration_id], connector.releases.get(version="1.1.0")
    )

    assert answer.outcome == "planned", answer.message
    [step] = [step for step in answer.plan["steps"] if step["action"] == "update"]
    assert (step["externalId"], step["changes"][0]["path"]) == ("orders_to_slack", "name")
    assert platform.as_customer(0, "GET", "/flows") == flows
    integration = platform.as_customer(0, "GET", f"/integrations/{installed.integration_id}")
    assert (integration["version"], integration["updateInProgress"]) == ("1.0.0", False)
    installed.refresh_from_db()
    assert installed.version == "1.0.0"
    assert not installed.orders.open().exists()


def test_a_component_that_the_customer_deleted_blocks_the_plan(platform, installed):
    connector = installed.connector
    [flow] = platform.as_customer(0, "GET", "/flows")
    platform.as_customer(0, "DELETE", f"/flows/{flow['_id']}")

    [answer] = plan_live(connector, [installed.integration_id], connector.releases.get())

    assert answer.is_blocked
    assert "component_deleted" in str(answer.plan)


def test_the_command_says_by_its_exit_code_that_conflicts_block(platform, installed, capsys):
    [flow] = platform.as_customer(0, "GET", "/flows")
    platform.as_customer(0, "DELETE", f"/flows/{flow['_id']}")

    with pytest.raises(SystemExit) as caught:
        call_command("plan", "orders-to-slack", "--all")

    assert caught.value.code == 3
    assert "(component_deleted)" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("plan", "--all", "--json")
    assert json.loads(capsys.readouterr().out)["summary"]["blocked"] == 1

    call_command("plan", "--all", "--recreate-deleted")

    assert "+ flows/orders_to_slack" in capsys.readouterr().out
