"""Tasks travel by the shared Redis; nobody waits long for a broker that is away."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from kombu.exceptions import OperationalError

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
        assert time.monotonic() - began < 3
    finally:
        redis_url(home)


def test_a_task_that_its_worker_did_not_finish_is_run_again() -> None:
    assert celery_app.conf.task_acks_late
    assert celery_app.conf.task_reject_on_worker_lost
    assert celery_app.conf.worker_prefetch_multiplier == 1


def test_ticks_that_nobody_took_in_time_do_not_pile_up() -> None:
    entries = celery_app.conf.beat_schedule
    rollouts, licenses = entries["rollouts"], entries["licenses"]

    assert rollouts["task"] == "connector_kit.rollouts.tick_all"
    assert rollouts["options"]["expires"] == 2 * rollouts["schedule"] == 2 * conf.kit().tick_seconds
    assert licenses["task"] == "connector_kit.licenses.tick"
    assert licenses["options"]["expires"] == 2 * conf.kit().license_tick_seconds
