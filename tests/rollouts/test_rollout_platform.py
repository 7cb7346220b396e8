"""Rollouts over the wire: the publisher's client against the local integrator.io."""

import pytest
from django.utils import timezone

from connector_kit.models import Installation, Release
from connector_kit.publisher import sync_install_base
from connector_kit.rollouts import tick
from tests.publisher.fixtures import orders, platform, stack_address
from tests.rollouts.fixtures import started

__all__ = ["orders", "platform", "stack_address"]

PUSH = "PUT /connectors/{id}/update"

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(orders, platform):
    """Three customers have installed the connector, and there is a new release."""
    orders.class_path = ""  # so that no server has to have its functions
    orders.save(update_fields=["class_path"])
    for customer in range(3):
        platform.install(orders, customer)
    sync_install_base(orders)
    Installation.objects.update(mode="settings")
    Release.objects.create(connector=orders, version="1.1.0", digest="1", manifest={})
    return list(Installation.objects.order_by("pk"))


@pytest.fixture
def pushes(platform):
    """How many push requests reached the platform."""
    return lambda: platform.control("/counters")["by_route"].get(PUSH, 0)


def drive(rollout):
    while tick(rollout.pk):
        pass


def outcomes(rollout):
    rows = rollout.pushes.values_list("installation", "state", "code")
    return {installation: (state, code) for installation, state, code in rows}


def test_a_wave_is_pushed_in_one_request(orders, three, pushes):
    rollout = started(orders)

    drive(rollout)

    assert set(outcomes(rollout).values()) == {("sent", "")}
    assert pushes() == 1


def test_a_lost_installation_is_told_from_the_others(orders, three):
    lost = Installation.objects.create(connector=orders, integration_id="f" * 24)
    rollout = started(orders)

    drive(rollout)

    told = outcomes(rollout)
    assert told.pop(lost.pk) == ("skipped", "installation_vanished")
    assert set(told.values()) == {("sent", "")}


def test_an_expired_license_is_told_from_the_others(orders, three, platform):
    expired = Installation.objects.get(email=platform.sandbox.accounts[1].email)
    path = f"/connectors/{orders.connector_id}/licenses"
    (license_,) = [
        document
        for document in platform.call("GET", path)
        if document["user"]["email"] == expired.email
    ]
    gone = {**license_, "expires": "2020-01-01T00:00:00.000Z"}
    platform.call("PUT", f"{path}/{license_['_id']}", gone)
    rollout = started(orders)

    drive(rollout)

    told = outcomes(rollout)
    assert told.pop(expired.pk) == ("skipped", "license_expired")
    assert set(told.values()) == {("sent", "")}


def test_an_update_that_the_platform_does_not_show_is_not_believed(orders, three):
    rollout = started(orders)
    drive(rollout)
    rollout.pushes.update(state="updated", finished_at=timezone.now())

    drive(rollout)

    assert set(outcomes(rollout).values()) == {("retrying", "not_verified")}
    assert "shows version" in rollout.pushes.first().message


def test_a_wrong_token_halts_and_pushes_nothing(orders, three, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": "wrong"}
    rollout = started(orders)

    drive(rollout)

    rollout.refresh_from_db()
    assert rollout.state == "halted"
    assert "token" in rollout.reason
    assert set(outcomes(rollout).values()) == {("waiting", "")}


def test_a_connector_that_the_platform_lost_halts_with_the_way_out(orders, three):
    orders.connector_id = "e" * 24
    orders.save()
    rollout = started(orders)

    drive(rollout)

    rollout.refresh_from_db()
    assert rollout.state == "halted"
    assert "has no connector" in rollout.reason
    assert set(outcomes(rollout).values()) == {("waiting", "")}
