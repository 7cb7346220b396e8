"""A stack in a thread of this process, so that a test can debug and patch what it serves.

It answers over HTTP as any stack does. It lacks the separate processes in which a real stack runs
functions: a function that hangs is not ended.
"""

from __future__ import annotations

import threading
from socketserver import ThreadingMixIn
from types import TracebackType
from typing import Any, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from connector_kit.extension.dispatch import Dispatcher
from connector_kit.extension.endpoint import Endpoint
from connector_kit.extension.health import Health
from connector_kit.extension.invoke import close_loop
from connector_kit.extension.registry import FunctionModule
from connector_kit.extension.wsgi import Stack
from connector_kit.testing.ways import registry_of

SYSTEM_TOKEN = "system-token-of-a-test"  # noqa: S105 - opens a server on loopback, for a test

POLL = 0.02
"""Seconds within which the server notices that it should end."""


class RunningStack:
    """Serves the functions of *target* on a free port of this machine, within a ``with``.

    *target* is what `FunctionModule.of` takes. They are served for every connector id, and as those
    of a self-made integration.
    """

    def __init__(self, target: object, *, system_token: str = SYSTEM_TOKEN) -> None:
        self.target = target
        self.functions = FunctionModule.of(target)
        self.system_token = system_token
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), name="stack", daemon=True
        )

    @property
    def address(self) -> str:
        """The ``hostURI`` of the stack's record: ``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def add(self, more: FunctionModule) -> None:
        """Serve *more* as well; raises ValueError when one name would mean two functions."""
        self.functions |= more
        self._serve()

    def __enter__(self) -> Self:
        self._serve()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self) -> None:
        endpoint = Endpoint(Dispatcher(registry_of(self.functions)), (self.system_token,))
        self._server.set_app(Stack(endpoint, Health(ready=True)))


class _Server(ThreadingMixIn, WSGIServer):
    """Answers each request in its own thread; waits for them when it ends."""

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        super().process_request_thread(request, client_address)
        close_loop()


class _Handler(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Log nothing: the stack has its own access log."""

    def address_string(self) -> str:
        """Return the address as it is, without asking for its name."""
        return str(self.client_address[0])
