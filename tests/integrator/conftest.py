"""A scripted platform, and clients of it that need no time to wait."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from connector_kit.integrator import Client, NoThrottle, RetryPolicy, Timeout
from tests.integrator.scripted import FakeClock, ScriptedPlatform, scripted_platform

TOKEN = "tok-5f3c0a-very-secret"


@pytest.fixture
def platform() -> Iterator[ScriptedPlatform]:
    with scripted_platform() as platform:
        yield platform


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def retry(clock: FakeClock) -> RetryPolicy:
    """Waits exactly its bounds, on a clock that costs nothing."""
    return RetryPolicy(attempts=3, clock=clock, random=lambda: 1.0)


@pytest.fixture
def make_client(platform: ScriptedPlatform, retry: RetryPolicy) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def make(token: str = TOKEN, **options: object) -> Client:
        defaults = {
            "base_url": platform.base_url,
            "account": "acme",
            "retry": retry,
            "throttle": NoThrottle(),
            "timeout": Timeout(read=30),
        }
        made.append(Client(token, **{**defaults, **options}))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()


@pytest.fixture
def server():
    """Serve whoever asks as a function of the connection says; yields what sets it, and counts."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked = []

    def start(answer):
        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                asked.append(connection)
                threading.Thread(target=converse, args=(connection,), daemon=True).start()

        def converse(connection):
            with suppress(OSError), connection:
                answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"

    start.asked = asked
    yield start
    listener.close()
