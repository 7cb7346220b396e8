"""A web server process without its socket: answers the calls it is given, one by one.

A call passes through everything that it passes through in production: the WSGI application, the
system token, a function process, dispatch, the update function with its records, lease, and
throttle. Only Granian is missing, which would distribute calls to processes by chance; here each
process gets its share.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from workshop.bench.held import Call
from workshop.services import ROOT, Services


class Engine:
    """Such a process, as seen from outside; a context manager."""

    def __init__(self, services: Services, number: int) -> None:
        self._log = services.folder / f"engine-{number}.log"
        self._token = services.env["CONNECTOR_KIT_SYSTEM_TOKEN"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workshop.bench.engine"],
                cwd=ROOT,
                env=dict(services.env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __enter__(self) -> Self:
        self.begin(())
        self.end()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def begin(self, calls: Sequence[Call]) -> None:
        """Have the process answer *calls*."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"token": self._token, "calls": calls}) + "\n")
        self._process.stdin.flush()

    def end(self) -> None:
        """Wait until it has; raises RuntimeError when an answer was a refusal."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line or json.loads(line)["refused"]:
            raise RuntimeError(f"An update failed; see {self._log}.")


def seconds_of(engines: Sequence[Engine], calls: Sequence[Call]) -> float:
    """How long *engines* take for *calls*, of which each gets its share."""
    began = time.perf_counter()
    for number, engine in enumerate(engines):
        engine.begin(calls[number :: len(engines)])
    for engine in engines:
        engine.end()
    return time.perf_counter() - began


Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def _status(application: Application, token: str, call: Call) -> int:
    """Post *call* to ``/function``; the status of the answer."""
    body = json.dumps(call).encode()
    told: list[str] = []
    answer = application(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/function",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        },
        lambda status, _headers: told.append(status),
    )
    b"".join(answer)
    if close := getattr(answer, "close", None):
        close()
    return int(told[0].split()[0])


def main() -> None:
    """Answer a line of calls with a line that says how many were refused, until there is none."""
    from connector_kit.server.wsgi import application  # noqa: PLC0415  sets Django up

    for line in sys.stdin:
        told = json.loads(line)
        statuses = [_status(application, told["token"], call) for call in told["calls"]]
        print(json.dumps({"refused": sum(status != 200 for status in statuses)}), flush=True)


if __name__ == "__main__":
    main()
