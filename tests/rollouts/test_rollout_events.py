"""Events of a rollout are lines in the log, each with the ids of what it is about."""

import logging
import re

import pytest
from django.db import transaction

from connector_kit.publisher.actions import Actor
from connector_kit.rollouts import RolloutOptions, abort, pause, resume, start_rollout
from connector_kit.rollouts.rollback import roll_back
from tests.rollouts.fixtures import started

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def events(caplog):
    """The names and the fields of the events so far."""
    caplog.set_level(logging.INFO, "connector_kit.rollouts")

    def read():
        lines = [re.split(r", (?=\w+=)", line) for line in caplog.messages if "logName=" in line]
        return [dict(pair.split("=", 1) for pair in line) for line in lines]

    return read


def names(events):
    return [event["logName"] for event in events]


def test_a_rollout_tells_of_its_start_its_waves_and_its_end(base, release, events):
    base.install(3)

    base.complete(
        rollout := start_rollout(base.connector, options=RolloutOptions(waves=("1", "rest")))
    )

    told = events()
    assert names(told) == [
        *("rolloutStarted", "waveStarted", "waveCompleted", "waveStarted", "waveCompleted"),
        "rolloutCompleted",
    ]
    assert {(event["rollout"], event["version"]) for event in told} == {(str(rollout.pk), "1.1.0")}
    assert [event.get("wave") for event in told] == [None, "1", "1", "2", "2", None]


def test_what_people_do_with_a_rollout_is_told_with_who_and_why(base, release, events):
    base.install(1)
    rollout = started(base.connector)
    by = Actor("ops")

    pause(rollout.pk, by=by, reason="lunch, and tea")
    resume(rollout.pk, by=by)
    abort(rollout.pk, by=by)

    told = events()
    assert names(told) == [*("rolloutStarted", "rolloutPaused", "rolloutResumed", "rolloutAborted")]
    assert (told[1]["by"], told[1]["reason"]) == ("ops", "lunch, and tea")


def test_a_push_that_failed_and_the_halt_that_follows_are_told(base, release, events):
    (installation,) = base.install(1)
    rollout = started(base.connector, failure_limit=1, max_attempts=1)
    base.settle(rollout)
    base.end(base.begin(installation), "failed", code="boom", message="It\nbroke.")

    base.settle(rollout)

    failed, halted = events()[-2:]
    assert failed["logName"] == "pushFailed"
    assert failed["_integrationId"] == installation.integration_id
    assert (failed["code"], failed["message"]) == ("boom", "It broke.")
    assert failed["operation"] == str(installation.operations.get().pk)
    assert halted["logName"] == "rolloutHalted"
    assert "the limit is 1" in halted["reason"]


def test_a_roll_back_names_the_rollout_that_brings_everybody_back(base, release, events):
    base.install(1)
    base.complete(rollout := started(base.connector))

    back = roll_back(rollout.pk, reason="orders doubled")

    told = events()[-1]
    assert (told["logName"], told["rollout"]) == ("rolloutRolledBack", str(rollout.pk))
    assert (told["byRollout"], told["reason"]) == (str(back.pk), "orders doubled")


def test_nothing_is_told_of_what_was_taken_back(base, release, events):
    base.install(1)

    with transaction.atomic():
        start_rollout(base.connector)
        transaction.set_rollback(True)

    assert events() == []
