"""Serving over HTTP: functions and nothing else (``connector-kit-stack``), or all of the kit.

``connector-kit serve`` and ``stack`` come here too, so that there is one way to serve.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.net import SocketSpec  # type: ignore[attr-defined]  # compiled: its types do not list it

from connector_kit.extension.board import BOARD_VARIABLE, Board
from connector_kit.extension.configuration import Configuration
from connector_kit.extension.errors import ConfigurationError
from connector_kit.logs import logging_configuration
from connector_kit.stack_settings import Bounds

DRAIN_SECONDS = 300
"""How long a process may take to end after being told to: as long as a call may."""

START_SECONDS = 15
"""How long a new process has to import the functions before the old one is told to end."""

HEAD_SECONDS = 30
"""How long the head of a request may take, and a connection may be idle."""

TCP_OPTIONS = {
    # Seconds for which the kernel keeps a connection to itself over which nothing has come: a
    # process that is told to end closes those that it has accepted and that have sent nothing.
    "TCP_DEFER_ACCEPT": 5,
    # Milliseconds after which it ends a connection whose other side takes nothing of an answer.
    "TCP_USER_TIMEOUT": 60_000,
}

HEAD_BYTES = 64 * 1024
"""How large the head of a request may be: so much a connection may take up of the memory."""

STACK = "connector_kit.extension.standalone:make_application"
"""What serves functions and nothing else."""

FILES_BESIDE = 1000
"""Open files beside connections: those of databases, function processes, the log."""

EXAMPLE = """
CONNECTOR_KIT_SYSTEM_TOKEN=... CONNECTOR_KIT_DIY=my_package.hooks connector-kit-stack
CONNECTOR_KIT_CONNECTORS=64a1f0c2b3d4e5f6071828ff=my_package.hooks connector-kit-stack --port 8080
"""


def serve(target: str, bounds: Bounds, *, host: str, port: int, workers: int) -> None:
    """Serve *target*, ``package.module:application``, until the process is told to end.

    SIGTERM ends it when all requests are answered; SIGHUP exchanges its processes one by one, so
    that new ones run the code that is there now. One that dies is replaced.
    """
    # A process that is forked would run what this one has imported, also after an exchange.
    multiprocessing.set_start_method("spawn", force=True)
    _allow_files(bounds.connections + FILES_BESIDE)
    with tempfile.TemporaryDirectory(prefix="connector-kit-") as folder:
        board = Path(folder, "board")
        Board.create(board)
        os.environ[BOARD_VARIABLE] = str(board)
        _Server(
            target,
            factory=target == STACK,
            address=host,
            port=port,
            interface=Interfaces.RSGI,
            loop=Loops.uvloop,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES
            ),
            websockets=False,
            workers=workers,
            backpressure=bounds.connections,
            backlog=bounds.connections,
            respawn_failed_workers=True,
            respawn_interval=START_SECONDS,
            workers_kill_timeout=DRAIN_SECONDS,
            log_dictconfig=logging_configuration(),
        ).serve()


class _Server(Granian):  # type: ignore[misc,valid-type]  # chosen at run time
    """Granian with one listening socket for all processes, as it has it elsewhere than on Linux.

    With one for each, a process that ends takes the connections with it that wait in its own.
    """

    def _init_shared_socket(self) -> None:
        self._shd = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._sfd = self._shd.get_fd()
        self._sso = socket.socket(fileno=self._sfd)
        self._sso.set_inheritable(True)
        for name, value in TCP_OPTIONS.items():
            option = getattr(socket, name, None)  # Linux has them all
            if option is not None:
                self._sso.setsockopt(socket.IPPROTO_TCP, option, value)


def _allow_files(count: int) -> None:
    """Raise the number of files that may be open, as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a server to *parser*."""
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on (%(default)s)")  # noqa: S104 - the platform calls from outside
    parser.add_argument(
        "--port", type=int, help="port to listen on (default: CONNECTOR_KIT_PORT, or 8000)"
    )
    parser.add_argument(
        "--workers", type=int, default=2, help="server processes (%(default)s); each runs calls"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the console command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="connector-kit-stack",
        description="Serve the functions configured in the environment to integrator.io.",
        epilog=f"examples:\n{EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    options = parser.parse_args(arguments)
    sys.path.insert(0, "")  # as for ``python -m``: the author's functions are in this folder
    try:
        configuration = Configuration.from_environment(os.environ)
    except ConfigurationError as error:
        print(explanation(error), file=sys.stderr)
        return 1
    serve(
        STACK,
        configuration.settings.bounds,
        host=options.host,
        port=options.port or configuration.settings.port,
        workers=options.workers,
    )
    return 0


def explanation(error: ConfigurationError) -> str:
    """Return what is wrong with a configuration, with the reference's code, and the way out."""
    notes = getattr(error, "__notes__", ())
    return " ".join((f"{error.code}: {error.message}", *notes))


if __name__ == "__main__":
    sys.exit(main())
