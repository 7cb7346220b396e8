"""Redis goes and comes, and nobody starts anything again but Redis."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from workshop.services import Service, Services

pytestmark = pytest.mark.chaos

OUTAGES = 50
BUSY = {"CONNECTOR_KIT_TICK_SECONDS": "0.1"}
"""Workers have a task in their hands whenever Redis goes."""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(tmp_path, settings=BUSY, worker_count=2) as services:
        services.start_redis()
        services.migrate()
        services.start_web()
        services.start_workers()
        yield services


def test_workers_outlive_fifty_short_outages_of_the_broker(services: Services) -> None:
    rng = random.Random(50)
    wait_for_ticks(services)
    redis = services.running["redis"]
    others = [item for name, item in services.running.items() if name != "redis"]

    for outage in range(OUTAGES):
        rng.choice([Service.stop, Service.kill])(redis)
        time.sleep(rng.uniform(0.1, 1.5))
        services.start_redis()
        redis = services.running["redis"]
        time.sleep(rng.uniform(0.3, 2.5))
        dead = [f"{other.name}: {other.tail()}" for other in others if not other.is_alive]
        assert not dead, f"outage {outage + 1}"

    wait_for_ticks(services)


def wait_for_ticks(services: Services) -> None:
    """Wait until workers listen to every queue again, and a tick has reached one."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        health = requests.get(f"http://127.0.0.1:{services.web_port}/health", timeout=10).json()
        if health["status"] == "ok" and max(health["silence"].values()) < 4:
            return
        time.sleep(0.5)
    raise AssertionError(health)
