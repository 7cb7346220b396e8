"""New code, and processes that die, while integrator.io calls: nobody is refused."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest
import requests

from workshop.services import Services, free_port

pytestmark = pytest.mark.chaos

Answers = Counter[str]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with Services(tmp_path_factory.mktemp("deployments")) as running:
        running.start_redis()
        running.migrate()
        running.start_web()
        yield running


def main_of(services: Services, name: str = "web") -> psutil.Process:
    process = services.running[name].process
    assert process is not None
    return psutil.Process(process.pid)


def serving(services: Services) -> set[int]:
    """The serving processes; others that Python keeps beside them do not count."""
    found = set()
    for child in main_of(services).children():
        with suppress(psutil.NoSuchProcess):
            if "spawn_main" in " ".join(child.cmdline()):
                found.add(child.pid)
    return found


@contextmanager
def called(services: Services, port: Callable[[], int]) -> Iterator[Answers]:
    """Call as the platform does by way of a proxy, a connection for each call; count answers."""
    answers: Answers = Counter()
    is_over = threading.Event()
    token = services.env["CONNECTOR_KIT_SYSTEM_TOKEN"]

    def call() -> None:
        while not is_over.is_set():
            try:
                answer = requests.post(
                    f"http://127.0.0.1:{port()}/function",
                    json={"_connectorId": "64a1", "type": "hook", "function": "f", "options": {}},
                    headers={"Authorization": f"Bearer {token}"},
                    timeout=120,
                )
                answers[answer.json()["errors"][0]["code"]] += 1
            except requests.RequestException as failure:
                answers[repr(failure)] += 1

    callers = [threading.Thread(target=call) for _ in range(6)]
    for caller in callers:
        caller.start()
    try:
        yield answers
    finally:
        is_over.set()
        for caller in callers:
            caller.join()


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.2)


def test_exchanging_all_processes_refuses_no_call(services: Services) -> None:
    before = serving(services)

    with called(services, lambda: services.web_port) as answers:
        os.kill(main_of(services).pid, signal.SIGHUP)
        wait_until(lambda: not before & serving(services), 120)
        exchanged = answers["invalid_field"]
        wait_until(lambda: answers["invalid_field"] > exchanged + 50, 120)

    assert len(serving(services)) == 2
    assert set(answers) == {"invalid_field"}, answers
    assert answers["invalid_field"] > 100


def test_a_process_that_dies_is_replaced_while_the_others_go_on(services: Services) -> None:
    dying, surviving = sorted(serving(services))
    os.kill(dying, signal.SIGKILL)

    with called(services, lambda: services.web_port) as answers:
        wait_until(lambda: len(serving(services) - {dying}) == 2, 30)
        wait_until(lambda: answers["invalid_field"] > 50, 120)

    assert surviving in serving(services)
    assert set(answers) == {"invalid_field"}, answers


def test_a_new_server_takes_over_from_one_that_is_drained(services: Services) -> None:
    ports = [services.web_port]
    token = {"Authorization": f"Bearer {services.env['CONNECTOR_KIT_SYSTEM_TOKEN']}"}

    with called(services, lambda: ports[-1]) as answers:
        address = services.start_web_as("next", free_port(), "--workers", "1")
        ports.append(int(address.rpartition(":")[2]))
        old = f"http://127.0.0.1:{services.web_port}"
        requests.get(f"{old}/openConnections?terminate=true", headers=token, timeout=10)
        assert requests.get(f"{old}/readyz", timeout=10).status_code == 503
        assert (
            requests.post(f"{old}/function", json={}, headers=token, timeout=10).status_code == 422
        )
        main_of(services).send_signal(signal.SIGTERM)
        wait_until(lambda: not services.running["web"].is_alive, 60)

    assert set(answers) == {"invalid_field"}, answers
