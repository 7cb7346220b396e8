"""A WSGI application behind RSGI: its environment with the whole body, its answer at once."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from connector_kit.extension.answers import Answer

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_OWN_NAMES = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Scope(Protocol):
    """A request, as Granian passes it."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str

    @property
    def headers(self) -> Any:
        """Its headers; names are in lower case, and may come more than once."""


class Line(Protocol):
    """Where an answer goes, once."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Send *body*."""

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        """Send the file at the path *file*, as fast as it is read."""


def send(line: Line, answer: Answer) -> None:
    """Send *answer*; the server leaves out the body of an answer to a HEAD request."""
    line.response_bytes(answer.status, answer.all_headers(), answer.body)


def respond(application: Application, scope: Scope, body: bytes, line: Line) -> None:
    """Let *application* answer a request with *body*, and send all of the answer.

    That way, slow readers hold no thread. A file is sent from the disk.
    """
    head: tuple[int, Headers] = (500, [])

    def start(status: str, headers: Headers, *_: Any) -> None:
        nonlocal head
        head = int(status.partition(" ")[0]), headers

    answered = application(environ_of(scope, body), start)
    try:
        file = answered.name if isinstance(answered, File) else None
        if file is not None:
            line.response_file(*head, file)
        else:
            content = b"".join(answered)
            line.response_bytes(*head, content)
    finally:
        close = getattr(answered, "close", None)
        if close is not None:
            close()


class File:
    """The wrapper for an open file that an application answers with."""

    def __init__(self, file: Any, block_size: int = 65_536) -> None:
        self._file, self._block_size = file, block_size
        name = getattr(file, "name", None)
        self.name = name if isinstance(name, str) else None

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: bytes(self._file.read(self._block_size)), b"")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """Return the environment of a request, as PEP 3333 has it."""
    host, _, port = scope.server.rpartition(":")
    return {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        **_variables(scope.headers.items()),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": File,
    }


def _variables(headers: Headers) -> dict[str, str]:
    """Return *headers* as variables; one whose name has a ``_`` could pass for another one."""
    variables: dict[str, str] = {}
    for name, value in headers:
        if "_" in name:
            continue
        variable = _OWN_NAMES.get(name) or "HTTP_" + name.upper().replace("-", "_")
        if variable in variables:
            between = "; " if name == "cookie" else ","
            value = f"{variables[variable]}{between}{value}"  # noqa: PLW2901
        variables[variable] = value
    # The body is complete: that it came in chunks is no longer true.
    variables.pop("HTTP_TRANSFER_ENCODING", None)
    return variables
