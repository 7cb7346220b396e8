"""Drift checks and dry runs: handed to a worker, asked of the account, found with the records."""

import pytest
from kombu.exceptions import OperationalError

from connector_kit import Flow
from connector_kit.models import Connector, Installation, Operation, StaffAction
from connector_kit.publisher import publish
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.errors import NotPublished, PublisherError, RolloutInTheWay
from connector_kit.publisher.tasks import check_drift_soon, plan, plan_soon
from connector_kit.rollouts import start_rollout
from connector_kit.server import celery_app
from tests.publisher.declared import OrdersToSlack
from tests.publisher.fixtures import ORDERS
from tests.publisher.test_live_plans import log_in


@pytest.fixture(autouse=True)
def workers():
    """Tasks are done where they are sent."""
    celery_app.conf.task_always_eager = True
    yield
    celery_app.conf.task_always_eager = False


HOURLY, NIGHTLY = "? 0 * ? * *", "? 0 3 ? * *"


@pytest.fixture
def installed(platform, settings, live_server, monkeypatch):
    """An installation, with a flow that runs hourly, that was completed against the server."""
    flow = Flow(
        "Orders to Slack",
        source=OrdersToSlack.new_orders,
        steps=[OrdersToSlack.post_message],
        schedule=HOURLY,
    )
    monkeypatch.setattr(OrdersToSlack, "orders_to_slack", flow)
    settings.ROOT_URLCONF = "tests.api.served_urls"
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "host_uri": live_server.url}
    connector = Connector.objects.get(slug=publish(ORDERS).slug)
    integration_id = platform.install(connector)
    path = f"/integrations/{integration_id}"
    for step in platform.as_customer(0, "GET", path)["install"]:
        log_in(platform, step["_connectionId"])
        platform.as_customer(0, "PUT", f"{path}/installer/{step['installerFunction']}", {})
    return Installation.objects.get(integration_id=integration_id)


def edit(platform, resource, **fields):
    document = platform.as_customer(0, "GET", f"/{resource}")[0]
    body = {**document, **fields}
    platform.as_customer(0, "PUT", f"/{resource}/{document['_id']}", body)


def checked(installed):
    check_drift_soon(installed, by=THE_KIT)
    installed.refresh_from_db()
    return installed


def steps():
    operation = Operation.objects.filter(kind="plan").latest("pk")
    return [(each["action"], each["externalId"]) for each in operation.plan["drift"]]


def test_an_account_as_it_was_left_has_not_drifted(installed):
    assert installed.is_drifted is None

    assert checked(installed).is_drifted is False
    assert installed.drift_checked_at is not None
    assert steps() == []


def test_what_a_customer_changed_is_drift_with_before_and_after(platform, installed, api):
    edit(platform, "flows", schedule=NIGHTLY)
    where = f"installations/{installed.integration_id}/drift/"
    assert api.get(where) == {"is_drifted": None, "checked_at": None, "steps": []}

    api.post(where, expect=202)

    found = api.get(where)
    assert found["is_drifted"] is True
    [step] = found["steps"]
    assert (step["action"], step["externalId"]) == ("update", "orders_to_slack")
    [change] = step["changes"]
    assert (change["path"], change["before"], change["after"]) == ("schedule", NIGHTLY, HOURLY)
    action = StaffAction.objects.get(action="installation.plan")
    assert action.subject == f"installation/{installed.integration_id}"


def test_what_a_customer_deleted_is_drift(platform, installed):
    [flow] = platform.as_customer(0, "GET", "/flows")
    platform.as_customer(0, "DELETE", f"/flows/{flow['_id']}")

    assert checked(installed).is_drifted is True
    assert ("create", "orders_to_slack") in steps()


def test_credentials_are_the_customers_and_no_drift(platform, installed):
    [connection, *_] = platform.as_customer(0, "GET", "/connections")
    http = {**connection["http"], "baseURI": "https://mine.example.com"}
    platform.as_customer(
        0,
        "PATCH",
        f"/connections/{connection['_id']}",
        [{"op": "replace", "path": "/http/baseURI", "value": http["baseURI"]}],
    )

    assert checked(installed).is_drifted is False


def test_a_check_changes_nothing_and_drift_passes_with_the_edit(platform, installed):
    edit(platform, "flows", schedule=NIGHTLY)
    before = platform.as_customer(0, "GET", "/flows")

    assert checked(installed).is_drifted is True
    assert platform.as_customer(0, "GET", "/flows") == before
    edit(platform, "flows", schedule=HOURLY)
    assert checked(installed).is_drifted is False


def test_a_dry_run_is_found_with_the_operations(platform, installed, api):
    wish = {
        "connector": "orders-to-slack",
        "release": "1.0.0",
        "installations": [installed.integration_id],
    }

    asked = api.post("dry-runs/", wish, expect=202)

    assert asked == {"installations": [installed.integration_id]}
    where = f"installations/{installed.integration_id}/operations/"
    [operation] = api.get(where, kind="plan")["results"]
    assert operation["outcome"] == "done"
    assert api.get(f"{where}{operation['id']}/")["plan"]["blocked"] is False


@pytest.mark.django_db
def test_who_is_not_known_cannot_be_asked(base, release):
    [row] = base.install(1)

    with pytest.raises(PublisherError, match="f" * 24):
        plan_soon(base.connector, ["f" * 24], release, by=THE_KIT)
    with pytest.raises(NotPublished, match=row.integration_id):
        check_drift_soon(row, by=THE_KIT)


@pytest.mark.django_db
def test_nobody_is_asked_while_a_rollout_runs(base, release):
    [row] = base.install(1)
    start_rollout(base.connector, waves=["rest"])

    with pytest.raises(RolloutInTheWay):
        plan_soon(base.connector, [row.integration_id], release, by=THE_KIT)


def test_without_a_broker_it_is_said_that_nobody_can_be_asked(api, base, release, monkeypatch):
    def away(*_):
        raise OperationalError("nobody listens")

    celery_app.conf.task_always_eager = False
    monkeypatch.setattr(plan, "delay", away)
    [row] = base.install(1)
    wish = {"connector": "orders", "installations": [row.integration_id]}

    answer = api.ask("POST", "dry-runs/", wish)

    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "no_workers"
