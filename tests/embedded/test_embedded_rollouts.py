"""A rollout reaches embedded deployments too; a worker updates them with the publisher's token."""

from functools import partial

import pytest
from kombu.exceptions import OperationalError

from connector_kit.embedded import deploy, record_release, tasks
from connector_kit.embedded.encryption import encrypted
from connector_kit.integrator.transport.secret import Secret
from connector_kit.models import Installation
from connector_kit.publisher import publish, sync_install_base
from connector_kit.rollouts import RolloutOptions, start_rollout, tick
from connector_kit.rollouts.embedded import at_once
from connector_kit.server.celery import app
from tests.embedded.fixtures import FIRST, SECOND, problems_of
from tests.embedded.shop import credentials_for


@pytest.fixture
def two(embedding, release, acme, address):
    """Two end users have the first version, and the second is on record."""
    other = deploy(
        release.connector, embedding.account, "bolt", credentials=credentials_for(address)
    )
    record_release(SECOND)
    return [acme, other]


@pytest.fixture
def sent(monkeypatch):
    """The tasks that were sent, with their primary key."""
    messages = []

    def apply_async(task, args=None, *_, **__):
        messages.append((task.name, *args))

    monkeypatch.setattr(app.Task, "apply_async", apply_async)
    return messages


def drive(rollout, **how):
    while tick(rollout.pk, **how):
        pass
    rollout.refresh_from_db()
    return rollout


def outcomes(rollout):
    return set(rollout.pushes.values_list("state", "code"))


def test_every_deployment_is_updated_and_verified_without_the_marketplace(embedding, two):
    rollout = start_rollout(two[0].connector, options=RolloutOptions(waves=("1", "rest")))

    drive(rollout, update=at_once)

    assert rollout.state == "completed"
    assert outcomes(rollout) == {("updated", "")}
    assert not rollout.pushes.filter(verified_at=None).exists()
    for item in two:
        assert problems_of(embedding, item, rollout.release) == []


def test_workers_are_told_once_each_and_what_they_did_settles_the_push(embedding, two, sent):
    rollout = start_rollout(two[0].connector, options=RolloutOptions(waves=("rest",)))

    drive(rollout)

    updates = [item for item in sent if item[0] == tasks.update.name]
    assert updates == [(tasks.update.name, item.pk) for item in two]
    assert outcomes(rollout) == {("sent", "")}
    for item in two:
        tasks.update.run(item.pk)
    drive(rollout)
    assert rollout.state == "completed"


def test_while_the_broker_is_away_nothing_is_lost(two, monkeypatch):
    def refuse(*_args, **_options):
        raise OperationalError("no broker")

    rollout = start_rollout(two[0].connector, options=RolloutOptions(waves=("rest",)))
    with monkeypatch.context() as away:
        away.setattr(app.Task, "apply_async", refuse)
        drive(rollout)

    assert outcomes(rollout) == {("claimed", "")}
    assert "broker" in rollout.pushes.first().message


def test_a_deployment_that_fails_is_told_from_the_others(embedding, two, sent):
    resource, export = embedding.of(two[0])["new_orders"]
    flow = embedding.of(two[0])["orders_to_chat"][1]
    embedding.do("DELETE", f"/flows/{flow['_id']}")
    embedding.do("DELETE", f"/{resource}/{export['_id']}")
    rollout = start_rollout(two[0].connector, options=RolloutOptions(waves=("rest",)))

    drive(rollout, update=at_once)

    assert outcomes(rollout) == {("failed", "component_deleted"), ("updated", "")}


def test_what_a_revoked_token_keeps_from_being_verified_fails_and_stops_nobody_else(
    embedding, two, sent
):
    rollout = start_rollout(two[0].connector, options=RolloutOptions(waves=("rest",)))
    drive(rollout)
    for item in two:
        tasks.update.run(item.pk)
    account = embedding.account
    account.refresh_from_db()
    account.set_token(encrypted(Secret("revoked-token")), instead_of=account.token)

    drive(rollout)

    assert rollout.state == "completed"
    assert outcomes(rollout) == {("failed", "not_verified")}
    assert "embedded account add product" in rollout.pushes.first().message


def test_one_rollout_serves_the_marketplace_and_the_embedded_ones(
    embedding, platform, acme, settings, sent
):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": platform.sandbox.publisher_token}
    publish(FIRST)
    connector = acme.connector
    connector.refresh_from_db()
    platform.install(connector, 1)
    sync_install_base(connector)
    Installation.objects.marketplace().update(mode="settings", version="1.0.0")
    publish(SECOND)
    platform.control("/reset_counters", {})
    platform.control("/faults", {"rate": 0, "stack_rate": 1, "stack_kinds": ["drop"]})

    rollout = start_rollout(connector, options=RolloutOptions(waves=("rest",)))
    drive(rollout, update=at_once)

    pushes = platform.control("/counters")["by_route"].get("PUT /connectors/{id}/update", 0)
    assert pushes == 1
    states = dict(rollout.pushes.values_list("installation__end_user", "state"))
    assert states["acme"] == "updated"
    assert states[""] in {"sent", "skipped"}  # its customer was still installing


def test_synchronising_the_install_base_leaves_embedded_deployments_alone(
    embedding, platform, acme, settings
):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": platform.sandbox.publisher_token}
    publish(FIRST)
    connector = acme.connector
    connector.refresh_from_db()

    sync_install_base(connector)

    assert Installation.objects.active().get() == acme


def test_a_deployment_that_is_not_complete_is_left_to_its_own_completion(
    embedding, release, acme, address
):
    deploy(
        release.connector,
        embedding.account,
        "bolt",
        credentials=credentials_for(address),
        components=False,
    )
    record_release(SECOND)

    rollout = drive(
        start_rollout(release.connector, options=RolloutOptions(waves=("rest",))),
        update=partial(at_once),
    )

    assert outcomes(rollout) == {("updated", ""), ("skipped", "not_installed")}
