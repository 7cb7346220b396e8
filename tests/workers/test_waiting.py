"""What is asked for twice is one task, and nothing is lost when Redis forgets."""

import json

import pytest
from celery import shared_task
from celery.beat import Scheduler

from connector_kit import conf
from connector_kit.local_redis import redis_url, stop_redis
from connector_kit.rollouts import tasks
from connector_kit.server.celery import app
from connector_kit.workers import waiting
from connector_kit.workers.store import store


@pytest.fixture(autouse=True)
def redis():
    store().flushdb()
    yield store()
    store().flushdb()


def waiting_in(queue):
    messages = [json.loads(item)["headers"] for item in store().lrange(queue, 0, -1)]
    return [(message["task"], message["argsrepr"]) for message in messages]


def begin(task, *args):
    """Take the oldest message and begin it, as a worker does."""
    store().rpop("ticks")
    waiting.forget(waiting.subject_of(task.name, args, {}))


def test_a_worker_that_was_away_finds_one_tick_of_each(redis):
    for _ in range(1000):
        tasks.tick_soon(1)
        tasks.tick_soon(2)

    assert sorted(waiting_in("ticks")) == [
        ("connector_kit.rollouts.tick", "(1,)"),
        ("connector_kit.rollouts.tick", "(2,)"),
    ]


def test_it_is_one_also_when_the_mark_has_run_out(redis):
    tasks.tick_soon(1)
    for key in redis.keys(f"{waiting.PREFIX}*"):
        redis.delete(key)

    tasks.tick_soon(1)

    assert len(waiting_in("ticks")) == 1


def test_what_is_asked_for_after_a_task_began_is_another_task(redis):
    tasks.tick_soon(1)
    begin(tasks.tick, 1)

    tasks.tick_soon(1)

    assert len(waiting_in("ticks")) == 1


def test_a_message_that_was_lost_is_sent_again_after_a_while(redis):
    tasks.tick_soon(1)
    redis.delete("ticks")
    tasks.tick_soon(1)
    assert waiting_in("ticks") == [], "it may be on its way to a worker"

    [mark] = redis.keys(f"{waiting.PREFIX}waiting:*")
    assert 0 < redis.ttl(mark) <= waiting.LOST_AFTER
    redis.delete(mark)  # as Redis does then, by its own clock
    tasks.tick_soon(1)

    assert len(waiting_in("ticks")) == 1


def test_a_redis_that_forgot_everything_loses_nothing(redis):
    tasks.tick_soon(1)
    redis.flushdb()

    tasks.tick_soon(1)

    assert len(waiting_in("ticks")) == 1


def test_beat_sends_each_of_its_ticks_once():
    app.loader.import_default_modules()
    scheduler = Scheduler(app, lazy=True)
    scheduler.setup_schedule()
    scheduler.merge_inplace(app.conf.beat_schedule)
    for _ in range(3):
        for entry in scheduler.schedule.values():
            scheduler.apply_async(entry, advance=False)

    sent = [name for queue in ("ticks", "work", "mail") for name, _ in waiting_in(queue)]
    assert sorted(sent) == sorted(
        {document["task"] for document in app.conf.beat_schedule.values()}
    )


def test_a_task_that_could_not_be_sent_leaves_no_mark(redis):
    home = conf.kit().home
    stop_redis(home)
    try:
        tasks.tick_soon(1)
    finally:
        redis_url(home)

    tasks.tick_soon(1)

    assert len(waiting_in("ticks")) == 1


def test_others_tasks_are_sent_as_often_as_they_are_asked_for():
    @shared_task(name="shop.count")
    def count(number):
        pass

    for _ in range(3):
        count.delay(1)

    assert waiting_in("work") == [("shop.count", "(1,)")] * 3
