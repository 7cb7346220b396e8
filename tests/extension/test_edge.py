"""What stands in front: bodies in time and in their place, each answer whole."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from connector_kit.extension import Endpoint, Health
from connector_kit.extension.answers import Answer
from connector_kit.extension.bodies import SMALL
from connector_kit.extension.edge import Edge
from connector_kit.extension.edge.gateway import environ_of
from connector_kit.extension.wsgi import Stack
from connector_kit.stack_settings import MEBIBYTE, Bounds

TOKEN = "right-token"


class Headers(dict[str, str]):
    """Headers of a request, of which none comes twice."""


@dataclass
class Scope:
    method: str = "POST"
    path: str = "/function"
    query_string: str = ""
    headers: Any = field(default_factory=Headers)
    client: str = "192.0.2.7:4711"
    server: str = "[::1]:8000"
    scheme: str = "http"
    http_version: str = "1.1"


class Request:
    """The server's side of a request: pieces of a body that come, or do not."""

    def __init__(self, *pieces: bytes, is_endless: bool = False) -> None:
        self.pieces, self.is_endless = pieces, is_endless
        self.is_read = False

    async def __call__(self) -> bytes:
        return b"".join([piece async for piece in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.is_read = True
        for piece in self.pieces:
            yield piece
        if self.is_endless:
            await asyncio.Event().wait()
        yield b""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None:
        self.response_bytes(status, headers, Path(file).read_bytes())


def page(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the body that came."""
    start("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


def edge(fallback: Any = page, **bounds: Any) -> Edge:
    endpoint = Endpoint(lambda call: Answer(200, bytes(call.body[:100])), [TOKEN])
    stack = Stack(endpoint, Health(ready=True), fallback=fallback)
    return Edge(stack, Bounds(**bounds), calls=2)


def ask(served: Edge, scope: Scope, request: Request) -> Request:
    asyncio.run(served.__rsgi__(scope, request))
    return request


def headers(length: int | None = None, **more: str) -> Headers:
    of_length = (
        {"transfer-encoding": "chunked"} if length is None else {"content-length": str(length)}
    )
    return Headers({"content-type": "application/json", **of_length, **more})


KNOWN = {"authorization": f"Bearer {TOKEN}"}


def test_a_call_is_answered() -> None:
    answer = ask(edge(), Scope(headers=headers(2, **KNOWN)), Request(b"{}"))

    assert (answer.status, answer.body) == (200, b"{}")


def test_nothing_is_read_of_a_call_with_a_wrong_token() -> None:
    answer = ask(edge(), Scope(headers=headers(2, authorization="Bearer x")), Request(b"{}"))

    assert (answer.status, answer.is_read) == (401, False)


@pytest.mark.parametrize("path", ["/function", "/console/"])
@pytest.mark.parametrize("length", [100, SMALL + 1, None])
def test_a_body_that_does_not_come_is_not_waited_for(path: str, length: int | None) -> None:
    scope = Scope(path=path, headers=headers(length, **KNOWN))

    answer = ask(edge(body_seconds=0.01), scope, Request(b"{", is_endless=True))

    assert (answer.status, b"body_too_slow" in answer.body) == (408, True)


def test_a_page_gets_a_body_in_chunks_with_its_length() -> None:
    answer = ask(edge(), Scope(path="/x", headers=headers()), Request(b"a", b"b"))

    assert answer.body == b"ab"


@pytest.mark.parametrize("length", [11 * MEBIBYTE, None])
def test_a_page_is_refused_more_than_it_may_have(length: int | None) -> None:
    scope = Scope(path="/x", headers=headers(length))

    answer = ask(edge(), scope, Request(*[b"x" * MEBIBYTE] * 11))

    assert (answer.status, b"Send no more than 10 MiB" in answer.body) == (413, True)


def test_small_bodies_are_taken_when_there_is_no_room_for_large_ones() -> None:
    served = edge(bodies_mb=1)

    async def all_at_once() -> list[Request]:
        large = [Request(b"x" * MEBIBYTE) for _ in range(3)]
        small = [Request(b"x") for _ in range(3)]
        scopes = [Scope(headers=headers(len(r.pieces[0]), **KNOWN)) for r in large + small]
        asked: list[Awaitable[None]] = [
            served.__rsgi__(scope, request)
            for scope, request in zip(scopes, large + small, strict=True)
        ]
        await asyncio.gather(*asked)
        return large + small

    answers = asyncio.run(all_at_once())

    assert [answer.status for answer in answers] == [200, 503, 503, 200, 200, 200]
    assert answers[1].headers["Retry-After"] == "1"
    assert (
        ask(served, Scope(headers=headers(MEBIBYTE, **KNOWN)), Request(b"x" * MEBIBYTE)).status
        == 200
    )


def test_a_body_takes_up_room_for_as_long_as_a_thread_has_it() -> None:
    is_begun, may_end = threading.Event(), threading.Event()

    def hang(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        is_begun.set()
        assert may_end.wait(60)
        start("200 OK", [])
        return []

    served = edge(hang, bodies_mb=1)

    async def send() -> Request:
        request = Request(b"x" * MEBIBYTE)
        await served.__rsgi__(Scope(path="/x", headers=headers(MEBIBYTE)), request)
        return request

    async def drop_one() -> list[int]:
        dropped = asyncio.create_task(send())
        await asyncio.to_thread(is_begun.wait, 60)
        dropped.cancel()
        await asyncio.sleep(0)
        meanwhile = await send()
        may_end.set()
        await asyncio.wait([dropped])
        return [meanwhile.status, (await send()).status]

    assert asyncio.run(drop_one()) == [503, 200]


def test_health_is_answered_while_every_thread_is_busy() -> None:
    async def ask_meanwhile() -> Request:
        lets_go, loop = asyncio.Event(), asyncio.get_running_loop()

        def hang(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            asyncio.run_coroutine_threadsafe(lets_go.wait(), loop).result(60)
            start("200 OK", [])
            return []

        served = edge(hang, pages=2)
        hanging = [
            asyncio.create_task(served.__rsgi__(Scope("GET", "/x"), Request())) for _ in range(5)
        ]
        await asyncio.sleep(0)
        health = Request()
        await served.__rsgi__(Scope("GET", "/livez"), health)
        lets_go.set()
        await asyncio.gather(*hanging)
        return health

    assert asyncio.run(ask_meanwhile()).body == b"OK"


def test_more_requests_than_can_wait_are_sent_away() -> None:
    served = edge(pages=1)

    async def flood() -> list[int]:
        requests = [Request() for _ in range(300)]
        await asyncio.gather(
            *(served.__rsgi__(Scope("GET", "/x"), request) for request in requests)
        )
        return [request.status for request in requests]

    statuses = asyncio.run(flood())

    assert (statuses.count(200), statuses.count(503)) == (257, 43)


@pytest.mark.parametrize("failure", [ValueError("a bug"), SystemExit(3)])
def test_a_failing_application_is_answered_for(failure: BaseException) -> None:
    def fail(_environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        raise failure

    assert ask(edge(fail), Scope("GET", "/x"), Request()).status == 500


def test_a_file_is_sent_from_the_disk(tmp_path: Path) -> None:
    (tmp_path / "script.js").write_bytes(b"alert")

    def send_file(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        start("200 OK", [("Content-Type", "text/javascript")])
        return environ["wsgi.file_wrapper"]((tmp_path / "script.js").open("rb"))

    answer = ask(edge(send_file), Scope("GET", "/x"), Request())

    assert (answer.status, answer.body) == (200, b"alert")


def test_the_environment_is_that_of_any_other_server() -> None:
    scope = Scope("GET", "/caf\xe9", "a=%20", headers={})
    scope.headers = _Repeated(
        ("host", "example.com"),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
        ("x-a", "1"),
        ("x-a", "2"),
        ("x_forwarded_proto", "https"),
        ("content-type", "text/plain"),
        ("transfer-encoding", "chunked"),
    )

    environ = environ_of(scope, b"body")

    own = {name for name in environ if not name.startswith("wsgi.")}
    assert {name: environ[name] for name in own} == {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/caf\xc3\xa9",
        "QUERY_STRING": "a=%20",
        "SERVER_NAME": "[::1]",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_HOST": "example.com",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_X_A": "1,2",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "4",
    }
    assert environ["wsgi.input"].read() == b"body"


class _Repeated:
    def __init__(self, *pairs: tuple[str, str]) -> None:
        self._pairs = pairs

    def items(self) -> list[tuple[str, str]]:
        return list(self._pairs)
