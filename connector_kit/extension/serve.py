"""Serving function calls and nothing else: ``connector-kit-stack`` and ``manage.py stack``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from granian import Granian
from granian.constants import HTTPModes, Interfaces

from connector_kit.extension.board import BOARD_VARIABLE, Board
from connector_kit.extension.configuration import Configuration
from connector_kit.extension.errors import ConfigurationError

DRAIN_SECONDS = 300
"""How long a server that is told to end waits for the calls that run: as long as a call may."""

SPARE_THREADS = 8
"""Threads beside those of the calls: for probes, and for calls that wait for their turn."""

EXAMPLE = """
CONNECTOR_KIT_SYSTEM_TOKEN=... CONNECTOR_KIT_DIY=my_package.hooks connector-kit-stack
CONNECTOR_KIT_CONNECTORS=64a1f0c2b3d4e5f6071828ff=my_package.hooks connector-kit-stack --port 8080
"""


def serve(configuration: Configuration, *, host: str, port: int, workers: int) -> None:
    """Serve the functions that the environment names, until the process is told to end.

    *configuration* is what was read from the environment: whoever starts a server has made sure
    that there is something to serve. Calls that run are answered before the server ends.
    """
    with tempfile.TemporaryDirectory(prefix="connector-kit-stack-") as folder:
        board = Path(folder, "board")
        Board.create(board)
        os.environ[BOARD_VARIABLE] = str(board)
        Granian(
            "connector_kit.extension.standalone:make_application",
            factory=True,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=workers,
            blocking_threads=configuration.limits.calls + SPARE_THREADS,
            respawn_failed_workers=True,
            workers_kill_timeout=DRAIN_SECONDS,
        ).serve()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a server to *parser*."""
    parser.add_argument("--host", default="0.0.0.0", help="address to listen at (%(default)s)")  # noqa: S104 - the platform calls from outside
    parser.add_argument(
        "--port", type=int, help="port to listen at; by default CONNECTOR_KIT_PORT, else 8000"
    )
    parser.add_argument(
        "--workers", type=int, default=2, help="serving processes (%(default)s); each runs calls"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the console command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="connector-kit-stack",
        description="Serve functions to integrator.io, as the environment names them.",
        epilog=f"examples:\n{EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    options = parser.parse_args(arguments)
    sys.path.insert(0, "")  # as for ``python -m``: the author's functions are in this folder
    try:
        configuration = Configuration.from_environment(os.environ)
    except ConfigurationError as error:
        print(said(error), file=sys.stderr)
        return 1
    serve(
        configuration,
        host=options.host,
        port=options.port or configuration.port,
        workers=options.workers,
    )
    return 0


def said(error: ConfigurationError) -> str:
    """Return what is wrong with a configuration, with the reference's code, and the way out."""
    notes = getattr(error, "__notes__", ())
    return " ".join((f"{error.code}: {error.message}", *notes))


if __name__ == "__main__":
    sys.exit(main())
