"""Drift checks and dry runs: rows that a worker carries out, asked of the account."""

import pytest
from kombu.exceptions import OperationalError

from connector_kit import Flow
from connector_kit.models import Connector, DryRun, Installation, Operation, StaffAction
from connector_kit.publisher import publish
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.dry_run_ticks import tick
from connector_kit.publisher.dry_runs import ask, ask_for_drift, unfinished
from connector_kit.publisher.errors import NotPublished, PublisherError, RolloutInTheWay
from connector_kit.publisher.roles import Role, Scope
from connector_kit.publisher.tasks import carry_out_dry_run
from connector_kit.rollouts import RolloutOptions, start_rollout
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


def answered(platform, dry_run_id):
    """Wait until the platform has called everybody; the workers' ticks did the rest."""
    assert platform.control("/drain", {"timeout_seconds": 30})["drained"]
    assert not tick(dry_run_id)


def checked(platform, installed):
    dry_run = ask_for_drift(installed, by=THE_KIT)
    tick(dry_run.pk)
    answered(platform, dry_run.pk)
    installed.refresh_from_db()
    return installed


def steps():
    operation = Operation.objects.filter(kind="plan").latest("pk")
    return [(document["action"], document["externalId"]) for document in operation.plan["drift"]]


def test_an_account_as_it_was_left_has_not_drifted(platform, installed):
    assert installed.is_drifted is None

    assert checked(platform, installed).is_drifted is False
    assert installed.drift_checked_at is not None
    assert steps() == []


def test_what_a_customer_changed_is_drift_with_before_and_after(platform, installed, api):
    edit(platform, "flows", schedule=NIGHTLY)
    where = f"installations/{installed.integration_id}/drift/"
    assert api.get(where) == {"is_drifted": None, "checked_at": None, "steps": []}

    asked = api.post(where, expect=202)
    answered(platform, asked["id"])

    found = api.get(where)
    assert found["is_drifted"] is True
    [step] = found["steps"]
    assert (step["action"], step["externalId"]) == ("update", "orders_to_slack")
    [change] = step["changes"]
    assert (change["path"], change["before"], change["after"]) == ("schedule", NIGHTLY, HOURLY)
    [answer] = api.get(f"dry-runs/{asked['id']}/")["answers"]
    assert answer["plan"]["drift"] == found["steps"]
    action = StaffAction.objects.get(action="dry_run.ask")
    assert action.subject == f"dry_run/{asked['id']}"
    assert action.after["installations"] == [installed.integration_id]


def test_what_a_customer_deleted_is_drift(platform, installed):
    [flow] = platform.as_customer(0, "GET", "/flows")
    platform.as_customer(0, "DELETE", f"/flows/{flow['_id']}")

    assert checked(platform, installed).is_drifted is True
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

    assert checked(platform, installed).is_drifted is False


def test_a_check_changes_nothing_and_drift_passes_with_the_edit(platform, installed):
    edit(platform, "flows", schedule=NIGHTLY)
    before = platform.as_customer(0, "GET", "/flows")

    assert checked(platform, installed).is_drifted is True
    assert platform.as_customer(0, "GET", "/flows") == before
    edit(platform, "flows", schedule=HOURLY)
    assert checked(platform, installed).is_drifted is False


def test_a_dry_run_is_shown_with_its_answers_and_found_with_the_operations(
    platform, installed, api
):
    wish = {
        "connector": "orders-to-slack",
        "release": "1.0.0",
        "installations": [installed.integration_id],
    }

    asked = api.post("dry-runs/", wish, expect=202)
    answered(platform, asked["id"])

    told = api.get(f"dry-runs/{asked['id']}/")
    assert (told["connector"], told["version"]) == ("orders-to-slack", "1.0.0")
    assert (told["asked"], told["answered"], told["planned"]) == (1, 1, 1)
    assert told["finished_at"]
    [answer] = told["answers"]
    assert (answer["installation"], answer["outcome"]) == (installed.integration_id, "planned")
    where = f"installations/{installed.integration_id}/operations/"
    [operation] = api.get(where, kind="plan")["results"]
    assert operation["outcome"] == "done"
    plan = api.get(f"{where}{operation['id']}/")["plan"]
    assert plan == answer["plan"]
    assert plan["blocked"] is False


def asking(api, *rows, **more):
    wish = {"connector": "orders", "installations": [row.integration_id for row in rows]}
    return api.ask("POST", "dry-runs/", {**wish, **more})


@pytest.fixture
def no_broker(monkeypatch):
    def away(*_):
        raise OperationalError("nobody listens")

    monkeypatch.setattr(carry_out_dry_run, "delay", away)


def test_without_a_broker_a_dry_run_waits_for_a_worker(api, base, release, no_broker):
    [row] = base.install(1)

    answer = asking(api, row, recreate_deleted=True)

    assert answer.status_code == 202
    assert (answer.json()["asked"], answer.json()["answered"]) == (1, 0)
    assert answer.json()["created_by"] == "admin-of-the-tests"
    assert unfinished().get().pk == answer.json()["id"]
    [open_one] = api.get(f"dry-runs/{answer.json()['id']}/")["answers"]
    assert (open_one["outcome"], open_one["plan"]) == ("", None)
    assert DryRun.objects.get().recreate_deleted


def test_dry_runs_are_listed_by_connector_and_by_installation(api, base, release, no_broker):
    first, second = base.install(2)
    both, one = asking(api, first, second).json(), asking(api, second).json()

    def listed(**query):
        return [result["id"] for result in api.get("dry-runs/", **query)["results"]]

    assert listed() == listed(connector="orders") == [one["id"], both["id"]]
    assert listed(installation=first.integration_id) == [both["id"]]
    assert api.ask("GET", "dry-runs/", params={"connector": "nope"}).status_code == 400
    assert api.ask("GET", "dry-runs/999999/").status_code == 404


def test_whoever_only_reads_sees_dry_runs_and_asks_for_none(as_role, base, release):
    [row] = base.install(1)
    ask(base.connector, release, [row.integration_id], by=THE_KIT)
    viewer = as_role(Role.VIEWER, {Scope.INSTALLATIONS_READ})

    [seen] = viewer.get("dry-runs/")["results"]
    assert viewer.get(f"dry-runs/{seen['id']}/")["asked"] == 1
    assert asking(viewer, row).status_code == 403


@pytest.mark.parametrize("installations", [[], ["f" * 24] * 201])
def test_a_dry_run_asks_some_and_not_too_many(api, base, release, installations):
    wish = {"connector": "orders", "installations": installations}

    answer = api.ask("POST", "dry-runs/", wish)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "installations"


def test_who_is_not_known_cannot_be_asked(base, release):
    [row] = base.install(1)

    with pytest.raises(PublisherError, match="f" * 24):
        ask(base.connector, release, ["f" * 24], by=THE_KIT)
    with pytest.raises(NotPublished, match=row.integration_id):
        ask_for_drift(row, by=THE_KIT)


def test_nobody_is_asked_while_a_rollout_runs(api, base, release):
    [row] = base.install(1)
    start_rollout(base.connector, options=RolloutOptions(waves=("rest",)))

    with pytest.raises(RolloutInTheWay):
        ask(base.connector, release, [row.integration_id], by=THE_KIT)
    answer = asking(api, row)

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "rollout_in_the_way"
    assert not DryRun.objects.exists()
