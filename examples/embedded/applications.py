"""A shop with two orders and a chat, on this machine: ``python -m examples.embedded.applications``.

The shop wants a login, the chat a token that begins with ``chat-``.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

PORT = 8950
ORDERS = [{"number": 1, "status": "paid"}, {"number": 2, "status": "open"}]


class Applications(BaseHTTPRequestHandler):
    posted: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        if self.headers.get("Authorization", "").startswith("Basic "):
            self._answer(200, ORDERS)
        else:
            self._answer(401, {"error": "log in"})

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "chat-" in self.headers.get("X-Token", ""):
            self.posted.append(message)
            self._answer(200, {"id": str(len(self.posted)), **message})
        else:
            self._answer(401, {"error": "log in"})

    def _answer(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def running(port: int = 0) -> Iterator[str]:
    """Run both, by default on any free port; yields their address."""
    Applications.posted.clear()
    with ThreadingHTTPServer(("127.0.0.1", port), Applications) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    with ThreadingHTTPServer(("127.0.0.1", PORT), Applications) as server:
        print(f"A shop and a chat listen on http://127.0.0.1:{PORT}", file=sys.stderr)
        server.serve_forever()


if __name__ == "__main__":
    main()
