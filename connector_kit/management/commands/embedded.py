"""``manage.py embedded``: connectors deployed with the publisher's own tokens."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.management.base import KitCommand, add_json
from connector_kit.management.embedded import ACTIONS, Context


class Command(KitCommand):
    """Accounts, deployments, runs on demand, keys."""

    help = (
        "Deploy connectors into accounts you have an API token for, for end users who never see "
        "integrator.io. Secrets are read from standard input, never from the command line."
    )
    example = """
manage.py embedded account add product < token.txt
manage.py embedded release my_package.connector
manage.py embedded copy 64a1f0c2b3d4e5f607182901 --release 1.0.0
manage.py embedded deploy acme --connector orders-to-slack --credentials - < credentials.json
manage.py embedded run-export acme new_orders --json
manage.py embedded run-import acme post_message --records orders.json
manage.py embedded run-flow acme orders_to_slack --wait 300
manage.py embedded update acme          (or --all, or 'rollout start' for waves)
manage.py embedded remove acme --yes
CONNECTOR_KIT_ENCRYPTION_KEYS=new,old manage.py embedded rotate-keys
"""
    exit_codes = {
        0: "done",
        1: "error (see stderr)",
        3: "done, but records or a job failed, a plan is blocked, or tokens could not be read",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands and their arguments."""
        names = "|".join(ACTIONS)
        actions = parser.add_subparsers(dest="action", required=True, metavar=names)
        for name, action in ACTIONS.items():
            sub: CommandParser = actions.add_parser(
                name, help=action.words, description=action.words
            )
            action.add_arguments(sub)
            add_json(sub)

    def run(self, **options: Any) -> int:
        """Do what the subcommand says."""
        context = Context(
            options=options,
            print=self.console(options).print,
            remark=self.sidelines(options).print,
            json=self.print_json if options["json"] else None,
        )
        return ACTIONS[options["action"]].run(context)
