"""``install``: license and install a connector for a customer of the sandbox."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.cli.accounts import customer_in, find_connector, framework_of, install
from connector_kit.management.base import KitCommand, add_connector, add_json
from connector_kit.management.sandboxed import add_customer, sandbox_here
from connector_kit.testing.customers import license_of_edition


class Command(KitCommand):
    """Installs as a customer would, step by step."""

    help = (
        "Install a published connector in the account of a customer of the sandbox, as the "
        "customer would: license it, take the steps, and enter credentials where a step asks for "
        "them. The sandbox is the one of CONNECTOR_KIT_BASE_URL, or of the running 'dev'. An "
        "installation in progress is finished. In integrator.io itself, customers install from the "
        "marketplace."
    )
    example = """
connector-kit install
connector-kit install orders-to-slack --customer customer-2@example.com
connector-kit install commerce-hub --edition premium --json
"""
    exit_codes = {0: "installed", 1: "error (see stderr), or a step failed"}

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the connector, for whom, and what the license says."""
        add_connector(parser)
        add_customer(parser)
        parser.add_argument("--edition", help="edition of the license (default: none)")
        parser.add_argument("--tag", default="", help="tag of the installation")
        add_json(parser)

    def run(self, **options: Any) -> None:
        """Install, with each step on stderr."""
        sandbox = sandbox_here()
        connector = find_connector(sandbox, options["connector"])
        customer = customer_in(sandbox, options["customer"], framework_of(connector))
        sidelines = self.sidelines(options)
        customer.report = lambda step: sidelines.print(f"{step} ...")
        edition = options["edition"]
        granted = license_of_edition(connector, edition) if edition else {}
        was_there = install(
            sandbox, connector["_id"], customer, granted=granted, tag=options["tag"]
        )
        answer = {
            "connector": connector.get("handle") or connector["name"],
            "customer": customer.email,
            "integration_id": customer.integration_id,
            "already_installed": was_there,
        }
        word = "already has" if was_there else "now has"
        text = f"{customer.email} {word} {connector['name']} ({customer.integration_id})."
        self.show(answer, text, options)
