"""``connector-kit catalog``, or ``--llms``: every command, for programs that write connectors."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.management.base import KitCommand, add_json
from connector_kit.management.catalog import catalog


class Command(KitCommand):
    """Print the catalog."""

    help = (
        "Print every command with its options, examples, and exit codes, as Markdown. "
        "'connector-kit --llms' prints the same."
    )
    example = """
connector-kit catalog > commands.md
"""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        add_json(parser)

    def run(self, **options: Any) -> None:
        """Print it."""
        if options["json"]:
            self.print_json({"markdown": catalog()})
        else:
            self.stdout.write(catalog())
