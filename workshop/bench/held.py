"""A stack that keeps the platform waiting, so that its one-time tokens stay valid meanwhile.

A connector may only be changed with the token of a function call, and that token expires with the
call's answer (protocol/http-api.md#one-time-tokens).
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from types import TracebackType
from typing import Any, Self

PATIENCE = 30.0
"""Seconds to wait for the platform's calls."""

Call = dict[str, Any]
"""The body of a function call (protocol/extension.md#2)."""


class HeldCalls:
    """A server at `address` that answers no call before `release`. A context manager."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """The ``hostURI`` of this stack."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def take(self, count: int) -> list[Call]:
        """Wait for *count* calls and return them; raises RuntimeError when they do not arrive."""
        try:
            return [self._server.calls.get(timeout=PATIENCE) for _ in range(count)]
        except Empty:
            raise RuntimeError(f"the platform has not made {count} calls at a time") from None

    def release(self) -> None:
        """Answer everything that waits, with nothing; what comes later waits again."""
        released, self._server.released = self._server.released, threading.Event()
        released.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.calls: Queue[Call] = Queue()
        self.released = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        released = server.released
        length = int(self.headers["Content-Length"])
        server.calls.put(json.loads(self.rfile.read(length)))
        released.wait()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
