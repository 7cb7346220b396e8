"""``uninstall``: remove a connector from the account of a customer of the sandbox."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.management.base import KitCommand, add_connector, add_json, add_yes, agree
from connector_kit.management.sandboxed import add_customer, add_installation, installed_by


class Command(KitCommand):
    """Uninstalls as a customer would, step by step."""

    help = (
        "Uninstall a connector from the account of a customer of the sandbox, as the customer "
        "would, step by step. The sandbox is the one of CONNECTOR_KIT_BASE_URL, or of the running "
        "'dev'. In integrator.io itself, customers uninstall by themselves."
    )
    example = """
connector-kit uninstall
connector-kit uninstall orders-to-slack --customer customer-2@example.com --yes
"""
    exit_codes = {0: "uninstalled", 1: "error (see stderr), not confirmed, or a step failed"}

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to uninstall, and from whom."""
        add_connector(parser)
        add_customer(parser)
        add_installation(parser)
        add_yes(parser)
        add_json(parser)

    def run(self, **options: Any) -> None:
        """Ask, then uninstall, with each step on stderr."""
        customer, installation = installed_by(options)
        name = installation["name"]
        agree(
            f"{name} ({installation['_id']}) and its components will be deleted from the account "
            f"of {customer.email}.",
            options,
        )
        sidelines = self.sidelines(options)
        customer.report = lambda step: sidelines.print(f"{step} ...")
        customer.uninstall()
        answer = {"customer": customer.email, "integration_id": installation["_id"]}
        self.show(answer, f"{customer.email} no longer has {name}.", options)
