"""A platform that plays the answers it was told to play, over real HTTP."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STORED = {"_id": "64a1", "name": "New orders"}


@dataclass(frozen=True)
class Reply:
    """An answer; *body* is sent as JSON unless it is bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Dropped:
    """The connection ends where the answer should be: as when an answer is lost on its way."""


@dataclass(frozen=True)
class CutOff:
    """The connection ends in the middle of the answer."""


@dataclass(frozen=True)
class Silent:
    """No answer comes, for longer than anybody waits."""


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


class ScriptedPlatform:
    """Plays *replies* in order, the last one for ever, and remembers what it received."""

    def __init__(self, port: int) -> None:
        self.host = f"http://127.0.0.1:{port}"
        self.base_url = f"{self.host}/v1"
        self.received: list[Received] = []
        self.replies: list[Any] = [Reply(200, STORED)]
        self.peers: set[tuple[str, int]] = set()
        self.closing = threading.Event()

    def plays(self, *replies: Any) -> None:
        self.replies = list(replies)

    @property
    def lines(self) -> list[str]:
        return [received.line for received in self.received]

    def next_reply(self, received: Received) -> Any:
        self.received.append(received)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def scripted_platform() -> Iterator[ScriptedPlatform]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.platform = ScriptedPlatform(server.server_port)
    serving = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    serving.start()
    try:
        yield server.platform
    finally:
        server.platform.closing.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _play(self) -> None:
        platform = self.server.platform
        platform.peers.add(self.client_address)
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.command, self.path, headers, self.rfile.read(length))
        reply = platform.next_reply(received)
        if isinstance(reply, Reply):
            self._answer(reply)
        else:
            self._misbehave(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _play  # noqa: N815  http.server's names

    def _answer(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content)

    def _misbehave(self, reply: Any) -> None:
        if isinstance(reply, Silent):
            self.server.platform.closing.wait(0.6)
        if isinstance(reply, CutOff):
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"_id": ')
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class FakeClock:
    """A clock on which sleeping takes no time; remembers how long was slept."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
