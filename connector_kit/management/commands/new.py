"""``connector-kit new``: begin a connector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from connector_kit.adoption import adopt
from connector_kit.cli.new import ADOPTED, TEMPLATES, class_name, create, place_for
from connector_kit.management.adoptions import render_adoption
from connector_kit.management.base import KitCommand, add_json
from connector_kit.management.sources import SOURCE, read_integration


class Command(KitCommand):
    """Create a project that runs as it is."""

    help = "Create a package for a new connector, with tests, in a folder of its own."
    example = """
connector-kit new orders_to_slack
connector-kit new auction_sales --from downloaded.zip
"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="name of the package, such as orders_to_slack")
        kinds = "; ".join(f"{name}: {words}" for name, words in TEMPLATES.items())
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--from", dest="source", metavar="SOURCE", help=SOURCE)
        kind.add_argument(
            "--template", choices=list(TEMPLATES), default="simple", help=f"{kinds} (simple)"
        )
        add_json(parser)

    def run(self, **options: Any) -> None:
        name, source, parent = options["name"], options["source"], Path.cwd()
        answer = {"template": ADOPTED if source else options["template"]}
        if source:
            place_for(name, parent)  # before an account is read
            adoption = adopt(read_integration(source), class_name=class_name(name))
            folder = create(name, ADOPTED, parent, adoption.outline)
            render_adoption(adoption, self.sidelines(options))
        else:
            folder = create(name, options["template"], parent)
        words = f"""Created {folder}. Next:

  cd {name}
  pip install --editable '.[dev]'
  connector-kit test
  connector-kit dev"""
        self.show({"folder": str(folder), **answer}, words, options)
