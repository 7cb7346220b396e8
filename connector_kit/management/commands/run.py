"""``run``: run a flow in the account of a customer of the sandbox."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.cli.dev.runs import find_flow, flows_of, run_flow
from connector_kit.management.base import KitCommand, add_json
from connector_kit.management.sandboxed import add_customer, add_installation, installed_by

WITH_ERRORS = 3


class Command(KitCommand):
    """Runs a flow as a customer would, and follows it to its end."""

    help = (
        "Run a flow of an installed connector in the account of a customer of the sandbox, switch "
        "it on if it is off, and wait for its end. The sandbox is the one of "
        "CONNECTOR_KIT_BASE_URL, or of the running 'dev'. In accounts that you hold tokens of, use "
        "'embedded run-flow'."
    )
    example = """
connector-kit run
connector-kit run orders_to_slack
connector-kit run "Orders to Slack" --customer customer-2@example.com --json
"""
    exit_codes = {
        0: "the flow completed without errors",
        1: "error (see stderr): it did not run",
        WITH_ERRORS: "the flow failed, or records have errors",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the flow, and where to run it."""
        parser.add_argument(
            "flow", nargs="?", help="its attribute or its name (default: the only one)"
        )
        add_customer(parser)
        add_installation(parser)
        add_json(parser)

    def run(self, **options: Any) -> int:
        """Run it, and show what became of its records."""
        customer, _ = installed_by(options)
        flow = find_flow(flows_of(customer), options["flow"])
        self.sidelines(options).print(f"{flow['name']} is running ...")
        outcome = run_flow(customer, flow)
        self.show(vars(outcome), "\n".join(outcome.lines()), options)
        return 0 if outcome.is_good else WITH_ERRORS
