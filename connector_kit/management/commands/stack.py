"""``connector-kit stack``: serve functions to integrator.io, and nothing else."""

import os
from typing import Any

from django.core.management.base import CommandError, CommandParser

from connector_kit.extension import ConfigurationError
from connector_kit.extension.configuration import Configuration
from connector_kit.extension.serve import STACK, add_arguments, explanation, serve
from connector_kit.management.base import KitCommand


class Command(KitCommand):
    """Serves until it is stopped."""

    is_service = True
    help = (
        "Serve functions to integrator.io without a database, pages, or marketplace: hooks and "
        "wrappers of your own integration (CONNECTOR_KIT_DIY) or functions of connectors "
        "(CONNECTOR_KIT_CONNECTORS). When stopped, running calls finish first."
    )
    example = """
CONNECTOR_KIT_SYSTEM_TOKEN=... CONNECTOR_KIT_DIY=my_package.hooks connector-kit stack
CONNECTOR_KIT_CONNECTORS=64a1f0c2b3d4e5f6071828ff=my_package.connector connector-kit stack
"""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the options of a server."""
        add_arguments(parser)

    def run(self, **options: Any) -> int | None:
        """Serve in the foreground."""
        try:
            configuration = Configuration.from_environment(os.environ)
        except ConfigurationError as error:
            raise CommandError(explanation(error)) from error
        serve(
            STACK,
            configuration.settings.bounds,
            host=options["host"],
            port=options["port"] or configuration.settings.port,
            workers=options["workers"],
        )
        return None
