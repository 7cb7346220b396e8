"""``connector-kit serve``: function calls, pages and API, for integrator.io and for people."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from connector_kit.conf import kit
from connector_kit.extension.isolation.code import RELOAD_VARIABLE
from connector_kit.extension.serve import add_arguments, serve
from connector_kit.management.base import KitCommand

APPLICATION = "connector_kit.server.rsgi:application"


class Command(KitCommand):
    """Serves until it is stopped."""

    is_service = True
    help = (
        "Serve integrator.io's function calls, the pages, and the REST API. On SIGTERM, running "
        "requests finish first; on SIGHUP, the processes restart one by one without refusing "
        "calls."
    )
    example = """
connector-kit serve
connector-kit serve --host 127.0.0.1 --port 8080 --workers 4
connector-kit serve --workers 1 --reload src       (while you write functions)
"""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the options of a server."""
        add_arguments(parser)
        parser.add_argument(
            "--reload",
            type=Path,
            metavar="DIR",
            help="serve changed functions in DIR from the next call on (for development)",
        )

    def run(self, **options: Any) -> int | None:
        """Serve in the foreground."""
        if folder := options["reload"]:
            os.environ[RELOAD_VARIABLE] = str(folder.resolve())
        serve(
            APPLICATION,
            kit().bounds,
            host=options["host"],
            port=options["port"] or kit().port,
            workers=options["workers"],
        )
        return None
