"""Whether somebody works, and what is said when nobody does."""

from datetime import timedelta

import orjson
import pytest

from connector_kit.models import Heartbeat, clock
from connector_kit.server import vitals
from connector_kit.workers import heartbeat
from connector_kit.workers.heartbeat import TICK, beat, listening, nobody_works, silence
from connector_kit.workers.queues import Queue

pytestmark = pytest.mark.django_db

EVERYTHING = {TICK, *(listening(queue) for queue in Queue)}


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
    monkeypatch.setattr(heartbeat, "_written", {})


@pytest.fixture
def broker(monkeypatch):
    """Say whether the broker answers."""

    def answers(answer):
        monkeypatch.setattr(heartbeat, "broker_answers", lambda: answer)
        monkeypatch.setattr(vitals, "broker_answers", lambda: answer)

    answers(True)
    return answers


def heard(*kinds, seconds_ago=0.0):
    Heartbeat.note(set(kinds), clock.now() - timedelta(seconds=seconds_ago))


def test_what_was_never_heard_of_has_no_silence():
    assert silence(TICK) is None


def test_silence_is_the_time_since_the_last_sign_of_life():
    heard(TICK, seconds_ago=100)
    heard(TICK, seconds_ago=40)

    assert timedelta(seconds=40) <= silence(TICK) < timedelta(seconds=45)


def test_signs_of_life_are_written_every_few_seconds_however_often_they_come(
    django_assert_num_queries,
):
    beat([TICK])
    with django_assert_num_queries(0):
        for _ in range(50):
            beat([TICK])

    assert Heartbeat.objects.count() == 1


def test_before_any_worker_ran_it_is_said_how_to_start_one(broker):
    assert nobody_works() == (
        "No worker has ever connected. Start one with 'celery -A connector_kit.server worker'."
    )


def test_a_worker_that_went_away_is_missed_within_seconds(broker):
    heard(*EVERYTHING, seconds_ago=45)

    assert nobody_works() == (
        "No worker has responded for 45 seconds. "
        "Start one with 'celery -A connector_kit.server worker'."
    )


def test_a_queue_without_a_worker_is_named(broker):
    heard(*EVERYTHING - {listening(Queue.MAIL)})

    assert nobody_works() is None
    assert nobody_works(Queue.MAIL) == (
        "No worker has ever connected. "
        "Start one with 'celery -A connector_kit.server worker --queues mail'."
    )


def test_without_beat_it_is_beat_that_is_asked_for(broker):
    heard(*EVERYTHING)
    heard(TICK, seconds_ago=3 * 3600)

    assert nobody_works() == (
        "Workers are running, but no tick has reached them for 3 hours. "
        "Start the scheduler with 'celery -A connector_kit.server beat'."
    )


def test_without_a_broker_nobody_is_told_to_start_workers(broker):
    broker(False)
    heard(*EVERYTHING, seconds_ago=60)

    assert nobody_works().startswith("The message broker cannot be reached")


def told():
    return vitals.answer(vitals.measured())


def test_the_health_route_says_that_all_is_well(broker):
    heard(*EVERYTHING)

    answer = told()

    assert answer.status == 200
    assert orjson.loads(answer.body)["status"] == "ok"
    assert set(orjson.loads(answer.body)["silence"]) == {"tick", "ticks", "work", "mail"}


def test_the_health_route_says_that_nobody_drives(broker):
    heard(*EVERYTHING, seconds_ago=45)

    answer = told()

    assert answer.status == 503
    assert "No worker has responded for 45 seconds" in orjson.loads(answer.body)["problems"][0]


def test_the_health_route_says_that_the_broker_is_away(broker):
    broker(False)
    heard(*EVERYTHING)

    answer = told()

    assert answer.status == 503
    assert orjson.loads(answer.body)["problems"] == [vitals.BROKER_AWAY]


def test_a_database_that_is_away_is_said_and_not_raised(monkeypatch, broker):
    def away(_kind):
        raise vitals.DatabaseError("gone")

    monkeypatch.setattr(vitals, "nobody_works", away)

    measured = vitals.measured()

    assert measured["problems"] == [vitals.DATABASE_AWAY]
    assert orjson.dumps(measured)
