"""``connector-kit new``: begin a connector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from connector_kit.cli.new import TEMPLATES, create
from connector_kit.management.base import KitCommand, add_json


class Command(KitCommand):
    """Create a project that runs as it is."""

    help = "Create a package for a new connector, with tests, in a folder of its own."
    example = """
connector-kit new orders_to_slack
"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="name of the package, such as orders_to_slack")
        kinds = "; ".join(f"{name}: {words}" for name, words in TEMPLATES.items())
        parser.add_argument(
            "--template", choices=list(TEMPLATES), default="simple", help=f"{kinds} (simple)"
        )
        add_json(parser)

    def run(self, **options: Any) -> None:
        folder = create(options["name"], options["template"], Path.cwd())
        answer = {"folder": str(folder), "template": options["template"]}
        words = f"""Created {folder}. Next:

  cd {options["name"]}
  pip install --editable '.[dev]'
  connector-kit test
  connector-kit dev"""
        self.show(answer, words, options)
