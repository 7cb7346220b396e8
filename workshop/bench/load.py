"""A load generator that costs next to nothing: prepared bytes over keep-alive sockets.

One process, one thread; each connection sends its next request when the answer is there. Whatever
is compared is asked by it in the same way.
"""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field

_PIECE = bytearray(1 << 18)
"""The buffer in which all connections receive: allocated once."""

_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class Load:
    """The result: *calls* per second, and how many were not answered with status 200."""

    calls: float
    refused: int


@dataclass
class _Connection:
    socket: socket.socket
    request: bytes = field(repr=False)
    unsent: memoryview = field(init=False, repr=False)
    answer: bytearray = field(default_factory=bytearray, repr=False)
    expected: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.unsent = memoryview(self.request)

    def send(self) -> bool:
        """Send what can be sent; tell whether the request is out."""
        while self.unsent:
            try:
                self.unsent = self.unsent[self.socket.send(self.unsent) :]
            except BlockingIOError:
                return False
        return True

    def receive(self) -> bool:
        """Read what has arrived; tell whether the answer is complete, and then discard it."""
        count = self.socket.recv_into(_PIECE)
        if not count:
            raise ConnectionError("the server closed a connection in the middle")
        self.answer += memoryview(_PIECE)[:count]
        if not self.expected and (end := self.answer.find(_END_OF_HEAD)) >= 0:
            self._read_head(bytes(self.answer[:end]).lower(), end + len(_END_OF_HEAD))
        if not self.expected or len(self.answer) < self.expected:
            return False
        del self.answer[: self.expected]
        self.expected = 0
        self.unsent = memoryview(self.request)
        return True

    def _read_head(self, head: bytes, size: int) -> None:
        self.refused += b" 200 " not in head[:16]
        length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        self.expected = size + int(length)


def request(path: str, host: str, body: bytes, token: str) -> bytes:
    """Return the bytes of a POST of JSON."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def put_under_load(port: int, sent: bytes, *, connections: int, seconds: float) -> Load:
    """Send *sent* over and over for *seconds*, on *connections* at a time."""
    made = [
        _Connection(socket.create_connection(("127.0.0.1", port)), sent) for _ in range(connections)
    ]
    began = time.perf_counter()
    answered = _drive(made, until=began + seconds)
    took = time.perf_counter() - began
    for item in made:
        item.socket.close()
    return Load(answered / took, sum(connection.refused for connection in made))


def _drive(connections: list[_Connection], *, until: float) -> int:
    """Keep *connections* busy; return how many answers have come."""
    answered = 0
    with selectors.DefaultSelector() as selector:
        for item in connections:
            selector.register(item.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, item)
        while time.perf_counter() < until:
            for key, events in selector.select(0.1):
                connection: _Connection = key.data
                if events & selectors.EVENT_READ and connection.receive():
                    answered += 1
                is_out = connection.send()
                wanted = selectors.EVENT_READ | (0 if is_out else selectors.EVENT_WRITE)
                if wanted != key.events:
                    selector.modify(connection.socket, wanted, connection)
    return answered
