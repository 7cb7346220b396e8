"""A breakpoint in a function: the debugger of its process, at the terminal of ``dev``.

Functions run in processes of their own, which have no terminal. ``dev`` listens on a port of this
machine and sets ``PYTHONBREAKPOINT`` to `stop_here`; there, ``breakpoint()`` connects, and the
standard debugger reads from and writes to that connection. Without a ``dev`` that listens,
``breakpoint()`` says so in the log and goes on.
"""

from __future__ import annotations

import json
import os
import pdb  # noqa: T100 - what a breakpoint leads to
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from connector_kit.cli.dev.home import Home
from connector_kit.home import HOME_VARIABLE

HOOK = "connector_kit.cli.dev.debugging.stop_here"
"""What ``PYTHONBREAKPOINT`` names."""
FILE = "debugger.json"
SECRET_BYTES = 16


def stop_here(*_: Any, **__: Any) -> None:
    """Let the terminal of ``dev`` debug the caller."""
    file = Path(os.environ.get(HOME_VARIABLE, ""), FILE)
    try:
        place = json.loads(file.read_text())
        connection = socket.create_connection(("127.0.0.1", place["port"]))
    except (OSError, ValueError):
        print("breakpoint(): no terminal to debug at; start 'dev' on one.", file=sys.stderr)
        return
    connection.sendall(bytes.fromhex(place["secret"]))
    _Debugger(connection).set_trace(sys._getframe(1))  # noqa: SLF001 - as pdb.set_trace does


class _Debugger(pdb.Pdb):
    """The standard debugger over a connection, which ends when the function continues."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        stream = connection.makefile("rw", buffering=1)
        super().__init__(stdin=stream, stdout=stream)
        self.prompt = "(Pdb) "

    def set_continue(self) -> None:
        """Continue; the terminal is free unless there are other breakpoints to stop at."""
        super().set_continue()
        if not self.breaks:
            self._let_go()

    def set_quit(self) -> None:
        """End the function with an error."""
        super().set_quit()
        self._let_go()

    def _let_go(self) -> None:
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)


class Listener:
    """Where functions that stop at a breakpoint connect; a context manager that listens."""

    def __init__(self, home: Home) -> None:
        self._home, self._secret = home, os.urandom(SECRET_BYTES)

    def __enter__(self) -> Listener:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        place = {"port": self._socket.getsockname()[1], "secret": self._secret.hex()}
        self._home.write(FILE, place)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        (self._home.folder / FILE).unlink(missing_ok=True)

    def fileno(self) -> int:
        """What to wait for."""
        return self._socket.fileno()

    @contextmanager
    def accepted(self) -> Iterator[socket.socket | None]:
        """Yield the connection of a function that has stopped, None if it is none of ours."""
        try:
            connection, _ = self._socket.accept()
        except BlockingIOError:
            yield None
            return
        with connection:
            connection.settimeout(2)
            try:
                is_ours = connection.recv(SECRET_BYTES, socket.MSG_WAITALL) == self._secret
            except OSError:
                is_ours = False
            connection.settimeout(None)
            yield connection if is_ours else None


def relay(connection: socket.socket, keyboard: int, screen: int) -> None:
    """Carry what is typed to the debugger and what it says to the screen, until it goes on."""
    while True:
        watched = [connection.fileno(), keyboard]
        readable, _, _ = select.select(watched, [], [])
        if watched[0] in readable:
            try:
                text = connection.recv(65_536)
            except OSError:
                return
            if not text:
                return
            os.write(screen, text)
        if keyboard in readable:
            typed = os.read(keyboard, 4096)
            if not typed:
                return
            try:
                connection.sendall(typed)
            except OSError:
                return
