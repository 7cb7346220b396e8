"""What strangers do to a server that runs as the image starts it, and what others notice."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import requests

from workshop.services import Services

pytestmark = pytest.mark.chaos

MEMORY_MB = 1024
"""What docs/operations.md says that a serving process takes at most."""

PATIENCE = 3
"""Seconds that others may wait while strangers ask: one costly page or two, not all of theirs."""

SLOW = 500
LARGE = 100
MEBIBYTE = 1024 * 1024

HEADS = {
    "a head that drips": "GET / HTTP/1.1\r\n",
    "nothing at all": "",
    "a call with a wrong token": (
        "POST /function HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer wrong\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    ),
    "a call without a token": (
        "POST /function HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    ),
    "a webhook": (
        "POST /api/provisioning/webhooks/ HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    ),
    "a form in chunks": (
        "POST /console/log-in/ HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1\r\na"
    ),
    "a connection kept open": "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with Services(tmp_path_factory.mktemp("strangers")) as running:
        running.start_redis()
        running.migrate()
        running.start_web()
        yield running


@pytest.fixture
def address(services: Services) -> str:
    return f"http://127.0.0.1:{services.web_port}"


@contextmanager
def held(services: Services, head: str, count: int) -> Iterator[None]:
    """Hold *count* connections that send *head*, and then a byte now and again."""
    is_over = threading.Event()
    with ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection(("127.0.0.1", services.web_port)))
            for _ in range(count)
        ]
        for connection in connections:
            connection.sendall(head.encode())
        dripping = threading.Thread(target=_drip, args=(connections, is_over))
        dripping.start()
        try:
            yield
        finally:
            is_over.set()
            dripping.join()


def _drip(connections: list[socket.socket], is_over: threading.Event) -> None:
    while not is_over.wait(1):
        for connection in connections:
            with suppress(OSError):
                connection.send(b"x")


def slowest_of(address: str, count: int = 100) -> float:
    """Ask /livez *count* times; return the 99th of 100 times, in seconds."""
    times = []
    for _ in range(count):
        began = time.monotonic()
        assert requests.get(f"{address}/livez", timeout=10).ok
        times.append(time.monotonic() - began)
    return sorted(times)[int(count * 0.99) - 1]


def call(services: Services, size: int = 0) -> requests.Response:
    """Call as the platform does: a connector that is not there, which a function process says."""
    return requests.post(
        f"http://127.0.0.1:{services.web_port}/function",
        json={
            "_connectorId": "64a1",
            "type": "hook",
            "function": "f",
            "options": {"x": "y" * size},
        },
        headers={"Authorization": f"Bearer {services.env['CONNECTOR_KIT_SYSTEM_TOKEN']}"},
        timeout=30,
    )


def assert_served(services: Services, address: str) -> None:
    assert slowest_of(address) < PATIENCE
    for size in (0, 2 * MEBIBYTE):
        answer = call(services, size)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "invalid_field")
    page = requests.get(f"{address}/console/log-in/", timeout=10)
    assert page.status_code == 200
    form = {"username": "nobody", "password": "wrong"}
    assert requests.post(f"{address}/console/log-in/", data=form, timeout=10).status_code == 403


def peak_mb(services: Services) -> float:
    """Return the most memory that any serving process has ever had."""
    main = services.running["web"].process
    assert main is not None
    serving = psutil.Process(main.pid).children()
    peaks = [
        int(found[1])
        for process in serving
        if (
            found := re.search(
                r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text()
            )
        )
    ]
    return max(peaks) / 1024


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_slow_connections_leave_everybody_else_served(
    services: Services, address: str, head: str
) -> None:
    with held(services, head, SLOW):
        assert_served(services, address)

    assert peak_mb(services) < MEMORY_MB


def test_who_takes_no_answers_leaves_everybody_else_served(
    services: Services, address: str
) -> None:
    head = "GET /static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js HTTP/1.1\r\n"

    with held(services, f"{head}Host: localhost\r\n\r\n", SLOW):
        assert_served(services, address)

    assert peak_mb(services) < MEMORY_MB


def test_costly_pages_leave_everybody_else_served(services: Services, address: str) -> None:
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.is_set():
            with suppress(requests.RequestException):
                requests.get(f"{address}/api/schema/", timeout=60)

    asking = [threading.Thread(target=ask) for _ in range(50)]
    for thread in asking:
        thread.start()
    try:
        assert slowest_of(address) < PATIENCE
        assert call(services).status_code == 422
    finally:
        is_over.set()
        for thread in asking:
            thread.join()


def bomb(size: int) -> bytes:
    return b'{"a":[' + b"{}," * (size // 3) + b"{}]}"


BODIES = {
    "calls with a wrong token": (
        "/function",
        {"Authorization": "Bearer wrong"},
        bomb(48 * MEBIBYTE),
    ),
    "calls without a token": ("/function", {}, bomb(48 * MEBIBYTE)),
    "small calls without a token": ("/function", {}, bomb(60_000)),
    "deep calls without a token": ("/function", {}, b"[" * 60_000),
    "webhooks": ("/api/provisioning/webhooks/", {}, bomb(9 * MEBIBYTE)),
    "forms": ("/console/log-in/", {}, b"a" * 9 * MEBIBYTE),
}


@pytest.mark.parametrize(("path", "headers", "body"), BODIES.values(), ids=BODIES.keys())
def test_large_and_deep_bodies_leave_everybody_else_served(
    services: Services, address: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    def send(_number: int) -> None:
        kind = {"Content-Type": "application/json", **headers}
        with suppress(requests.RequestException):
            requests.post(f"{address}{path}", data=body, headers=kind, timeout=60)

    with ThreadPoolExecutor(LARGE) as strangers:
        sending = strangers.map(send, range(LARGE))
        assert_served(services, address)
        list(sending)

    assert peak_mb(services) < MEMORY_MB


def test_the_platforms_own_large_calls_are_bounded_too(services: Services, address: str) -> None:
    with ThreadPoolExecutor(20) as platform:
        answers = list(platform.map(lambda _: call(services, 30 * MEBIBYTE), range(20)))

    assert {answer.status_code for answer in answers} <= {422, 503}
    assert 422 in {answer.status_code for answer in answers}
    assert {answer.headers["Retry-After"] for answer in answers if answer.status_code == 503} <= {
        "1"
    }
    assert peak_mb(services) < MEMORY_MB
