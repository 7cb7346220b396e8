"""Tasks travel by the shared Redis; nobody waits long for a broker that is away."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kombu import Message
from kombu.exceptions import OperationalError
from kombu.utils.imports import symbol_by_name

from connector_kit import conf
from connector_kit.local_redis import redis_url, stop_redis
from connector_kit.server import celery_app

ROOT = Path(__file__).parents[2]


def test_importing_the_project_starts_no_redis(tmp_path: Path) -> None:
    code = "import django; django.setup(); from connector_kit.server import celery_app"
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            "DJANGO_SETTINGS_MODULE": "connector_kit.server.settings",
            "CONNECTOR_KIT_HOME": str(tmp_path),
        },
        check=True,
    )

    assert not (tmp_path / "redis").exists()


def test_all_processes_use_the_redis_of_the_settings() -> None:
    assert celery_app.conf.broker_url == conf.redis_url()


def test_a_task_sent_while_the_broker_is_away_fails_at_once() -> None:
    assert celery_app.conf.broker_url
    home = conf.kit().home
    stop_redis(home)
    began = time.monotonic()
    try:
        with pytest.raises(OperationalError):
            celery_app.send_task("connector_kit.rollouts.tick_all")
        assert time.monotonic() - began < 30
    finally:
        redis_url(home)


def test_a_task_that_its_worker_did_not_finish_is_run_again() -> None:
    assert celery_app.conf.task_acks_late
    assert celery_app.conf.task_reject_on_worker_lost
    assert celery_app.conf.worker_prefetch_multiplier == 1


def test_no_tick_depends_on_what_time_beat_thinks_it_is() -> None:
    schedule = celery_app.conf.beat_schedule

    assert schedule["rollouts"]["task"] == "connector_kit.rollouts.tick_all"
    assert schedule["rollouts"]["schedule"] == conf.kit().tick_seconds
    assert [item for item in schedule.values() if "options" in item] == []


def test_a_message_does_not_run_out_whatever_the_senders_clock_said() -> None:
    task = celery_app.tasks["connector_kit.rollouts.tick_all"]
    behind = datetime.now(UTC) - timedelta(minutes=10)
    message = Message(
        headers={"task": task.name, "id": "1", "expires": behind.isoformat(), "lang": "py"},
        body=json.dumps([[], {}, {}]),
        content_type="application/json",
        content_encoding="utf-8",
    )

    request = symbol_by_name(task.Request)(message, app=celery_app, decoded=False)

    assert request.expires == behind
    assert not request.revoked()


def test_what_takes_long_waits_apart_from_what_drives() -> None:
    router = celery_app.amqp.router
    queue_of = {
        name: router.route({}, name)["queue"].name
        for name in celery_app.tasks
        if name.startswith("connector_kit.")
    }

    assert queue_of["connector_kit.rollouts.tick"] == "ticks"
    assert queue_of["connector_kit.embedded.update"] == "work"
    assert queue_of["connector_kit.licenses.remind"] == "mail"
    assert {queue.routing_key for queue in celery_app.amqp.queues.values()} == {
        "ticks",
        "work",
        "mail",
    }


def test_every_scheduled_task_exists() -> None:
    celery_app.loader.import_default_modules()

    assert {document["task"] for document in celery_app.conf.beat_schedule.values()} <= set(
        celery_app.tasks
    )
