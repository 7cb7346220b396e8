"""What is done with embedded accounts and deployments leaves a record, and of secrets none."""

import json

import pytest

from connector_kit.embedded import (
    add_account,
    deploy,
    forget_account,
    record_release,
    remove,
    rotate_keys,
    run_export,
    run_flow,
    run_import,
    update,
)
from connector_kit.models import Connector, StaffAction
from connector_kit.publisher.actions import Actor
from tests.embedded.fixtures import FIRST, SECOND
from tests.embedded.shop import PASSWORD, TOKEN, credentials_for

pytestmark = pytest.mark.django_db
ALICE = {"by": Actor("alice")}


@pytest.fixture
def nothing_yet(acme):
    StaffAction.objects.all().delete()
    return acme


ACTS = {
    "embedded_account.add": lambda world, _: add_account(
        "other", world.sandbox_account.token, **ALICE
    ),
    "embedded_account.new_token": lambda world, _: add_account(
        world.account.name, world.sandbox_account.token, **ALICE
    ),
    "embedded_account.rotate_keys": lambda _, __: rotate_keys(**ALICE),
    "embedded.deploy": lambda world, acme: deploy(
        acme.connector, world.account, "acme", ping=False, **ALICE
    ),
    "embedded.update": lambda _, acme: update(acme, **ALICE),
    "embedded.run_export": lambda _, acme: run_export(acme, "new_orders", **ALICE),
    "embedded.run_import": lambda _, acme: run_import(
        acme, "post_message", [{"number": 1}], **ALICE
    ),
    "embedded.remove": lambda _, acme: remove(acme, **ALICE),
    "release.record": lambda _, __: record_release(SECOND, **ALICE),
}


@pytest.mark.parametrize("action", ACTS)
def test_whatever_is_done_is_on_record_once(embedding, nothing_yet, action):
    ACTS[action](embedding, nothing_yet)

    [recorded] = StaffAction.objects.all()
    assert (recorded.action, recorded.actor_name) == (action, "alice")
    assert "/" in recorded.subject
    told = json.dumps([recorded.before, recorded.after])
    for secret in (embedding.sandbox_account.token, embedding.account.token, PASSWORD, TOKEN):
        assert secret not in told


def test_a_flow_that_is_started_and_an_account_that_is_forgotten_are_on_record(
    embedding, nothing_yet
):
    flow = next(
        component.external_id
        for component in nothing_yet.components.all()
        if component.resource == "flows"
    )
    try:
        run_flow(nothing_yet, flow, **ALICE)
    finally:
        assert StaffAction.objects.get().action == "embedded.run_flow"
    remove(nothing_yet)
    forget_account(embedding.account, **ALICE)

    recorded = StaffAction.objects.latest("pk")
    assert (recorded.action, recorded.before["account_id"]) == (
        "embedded_account.forget",
        embedding.account.account_id,
    )


def test_credentials_are_on_record_by_the_name_of_their_connection_only(
    embedding, release, address
):
    StaffAction.objects.all().delete()
    given = credentials_for(address)
    deploy(release.connector, embedding.account, "acme", credentials=given, **ALICE)

    [recorded] = StaffAction.objects.all()
    assert recorded.after["connections"] == ["chat", "shop"]
    assert PASSWORD not in json.dumps(recorded.after)


def test_recording_a_release_again_changes_nothing(embedding, release):
    StaffAction.objects.all().delete()
    record_release(FIRST, **ALICE)

    assert StaffAction.objects.count() == 0
    assert Connector.objects.count() == 1
