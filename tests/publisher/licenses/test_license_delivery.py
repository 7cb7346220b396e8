"""Answers that are lost, customers who are not there yet, platforms that are away."""

from datetime import timedelta

import pytest

from connector_kit.models import License
from connector_kit.publisher.licenses import delete, extend, renew
from connector_kit.publisher.licenses.delivery import deliver, wait_after
from tests.publisher.licenses.fixtures import BY, acts

pytestmark = pytest.mark.django_db

LATER = "later@example.com"


@pytest.fixture
def losing(desk):
    """Have every answer to a create be lost, until told otherwise."""
    lost = {"rate": 1.0, "kinds": ["lost_answer"], "methods": ["POST"], "paths": "/licenses"}
    yield lambda on: desk.platform.control("/faults", lost if on else {})
    desk.platform.control("/faults", {})


def test_a_customer_without_an_account_leaves_a_grant_that_waits(desk):
    row = desk.grant(30, LATER)

    assert (row.license_id, row.code) == (None, "invalid_user")
    assert row.deliver_at > desk.now
    assert "create one first" in row.message
    assert [*License.objects.pending()] == [row]


def test_a_grant_that_waits_is_tried_again_less_and_less_often(desk):
    row = desk.grant(100, LATER)
    tries = []
    for _ in range(12):
        row.refresh_from_db()
        tries.append(row.deliver_at - desk.now)
        desk.now = row.deliver_at
        desk.tick()

    assert tries == sorted(tries)
    assert (tries[0], tries[-1]) == (timedelta(minutes=1), timedelta(hours=24))
    row.refresh_from_db()
    assert row.attempts == 13
    assert acts(row) == ["create", "not delivered"]


def test_once_the_customer_has_an_account_the_grant_becomes_a_license(desk):
    row = desk.grant(30, LATER)
    (account,) = desk.platform.control("/accounts", {"count": 1})["accounts"]
    License.objects.filter(pk=row.pk).update(email=account["email"])

    desk.forward(days=2)
    desk.tick()

    row.refresh_from_db()
    assert row.license_id == desk.at_platform()[0]["_id"]
    assert (row.code, row.attempts, row.deliver_at) == ("", 0, None)
    assert acts(row)[-1] == "created"


def test_a_grant_can_be_withdrawn(desk):
    row = delete(desk.grant(30, LATER), by=BY, clock=desk.clock)

    assert row.vanished_at
    assert not License.objects.pending().exists()


def test_a_create_whose_answer_was_lost_is_found_and_not_repeated(desk, losing):
    losing(on=True)
    row = desk.grant(30)
    assert (row.license_id, row.code) == (None, "outcome_unknown")
    assert row.create_sent_at

    losing(on=False)
    desk.now = row.deliver_at
    desk.tick()

    row.refresh_from_db()
    (only,) = desk.at_platform()
    assert (row.license_id, row.create_sent_at, row.code) == (only["_id"], None, "")
    assert acts(row)[-1] == "adopted"


def test_what_was_changed_in_the_meantime_is_written_to_what_was_found(desk, losing):
    losing(on=True)
    row = desk.grant(30)
    losing(on=False)

    row = extend(row, days=10, by=BY, clock=desk.clock)
    desk.tick()

    (only,) = desk.at_platform()
    row.refresh_from_db()
    assert (row.license_id, row.ends, row.drift) == (only["_id"], desk.day(40), [])
    assert only["expires"].startswith(str(desk.day(54)))


def test_an_older_license_of_the_same_customer_is_not_taken_for_the_lost_one(desk, losing):
    older = desk.make()
    desk.forward(hours=1)
    losing(on=True)
    row = desk.grant(30)
    losing(on=False)
    desk.now = row.deliver_at
    desk.tick()

    row.refresh_from_db()
    assert len(desk.at_platform()) == 2
    assert row.license_id not in (None, older["_id"])


def test_a_process_that_died_in_the_middle_is_made_up_for(desk):
    row = desk.grant(30)
    # As a process leaves it that was killed after it had sent the create.
    License.objects.filter(pk=row.pk).update(
        license_id=None,
        create_sent_at=desk.now,
        deliver_at=desk.now,
        claimed_until=desk.now + timedelta(minutes=10),
    )

    desk.tick()
    assert License.objects.get(pk=row.pk).license_id is None
    desk.forward(minutes=11)
    desk.tick()

    assert License.objects.get(pk=row.pk).license_id == desk.at_platform()[0]["_id"]


def test_a_change_that_the_platform_does_not_let_in_is_brought_there_later(desk, settings):
    row, right = desk.grant(30), settings.CONNECTOR_KIT
    settings.CONNECTOR_KIT = {**right, "token": "revoked"}
    row = renew(row, until=desk.day(200), by=BY, clock=desk.clock)
    assert (row.code, row.ends) == ("token_refused", desk.day(200))

    settings.CONNECTOR_KIT = right
    desk.now = row.deliver_at
    desk.tick()

    row.refresh_from_db()
    assert (row.code, row.drift) == ("", [])
    assert desk.live(row)["expires"].startswith(str(desk.day(214)))


def test_without_a_token_each_row_says_so_and_is_tried_again(desk, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}

    row = desk.grant(30)

    assert row.code == "no_publisher_token"
    assert row.deliver_at
    desk.now = row.deliver_at
    desk.tick()
    assert License.objects.get(pk=row.pk).attempts == 2


def test_a_license_that_somebody_deleted_on_the_platform_is_known_to_be_gone(desk):
    row = desk.grant(30)
    desk.platform.call("DELETE", f"{desk.path}/{row.license_id}")

    row = extend(row, days=1, by=BY, clock=desk.clock)

    assert (row.code, row.vanished_at) == ("license_vanished", desk.now)


def test_delivering_again_changes_nothing(desk):
    row = desk.grant(30)
    before = desk.live(row)

    deliver(row.pk, clock=desk.clock)
    deliver(row.pk, clock=desk.clock)

    assert desk.live(row) == before
    assert acts(row) == ["create", "created"]


def test_waits_grow_and_stay_within_a_day():
    waits = [wait_after(attempts) for attempts in range(1, 100)]

    assert waits == sorted(waits)
    assert waits[-1] == timedelta(days=1)


def test_a_delivery_at_which_processes_die_goes_on_record_and_is_tried_less_often(desk):
    row = desk.grant(30)
    attempts = []
    while row.code != "worker_lost":
        # As a process leaves it that was killed at its work.
        License.objects.filter(pk=row.pk).update(
            deliver_at=desk.now,
            claimed_until=desk.now - timedelta(seconds=1),
            attempts=len(attempts),
        )
        deliver(row.pk, clock=desk.clock)
        row.refresh_from_db()
        attempts.append(row.code)

    assert attempts == ["", "", "worker_lost"]
    assert "ran out of memory" in row.message
    assert row.deliver_at > desk.now
    assert acts(row)[-1] == "not delivered"
