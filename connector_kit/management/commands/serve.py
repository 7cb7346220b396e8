"""``manage.py serve``: function calls, pages and API, for integrator.io and for people."""

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.conf import kit
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
manage.py serve
manage.py serve --host 127.0.0.1 --port 8080 --workers 4
"""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the options of a server."""
        add_arguments(parser)

    def run(self, **options: Any) -> int | None:
        """Serve in the foreground."""
        serve(
            APPLICATION,
            kit().bounds,
            host=options["host"],
            port=options["port"] or kit().port,
            workers=options["workers"],
        )
        return None
