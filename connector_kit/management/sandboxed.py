"""What the commands have in common that act for a customer of the sandbox."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandParser

from connector_kit.cli.accounts import (
    choose_installation,
    customer_in,
    find_connector,
    find_sandbox,
    framework_of,
)
from connector_kit.cli.dev.processes import SandboxInfo
from connector_kit.cli.project import find
from connector_kit.conf import kit
from connector_kit.management.base import Options
from connector_kit.testing.customers import CUSTOMERS, Customer, Document


def add_customer(parser: CommandParser) -> None:
    """Add ``--customer``."""
    parser.add_argument(
        "--customer", metavar="EMAIL", help="customer of the sandbox (default: the first)"
    )


def add_installation(parser: CommandParser) -> None:
    """Add ``--installation``."""
    parser.add_argument(
        "--installation", metavar="ID", help="integration id (default: the customer's only one)"
    )


def sandbox_here() -> SandboxInfo:
    """Return the sandbox of the settings, or of the project's ``dev``; raises `AccountsError`."""
    project = find(Path.cwd())
    return find_sandbox(kit().base_url, project.root if project else Path.cwd())


def installed_by(options: Options) -> tuple[Customer, Document]:
    """Return the customer and the installation that *options* name; raises `AccountsError`."""
    sandbox = sandbox_here()
    wanted = options.get("connector")
    connector = find_connector(sandbox, wanted) if wanted else None
    anybody = customer_in(sandbox, options["customer"])
    installation = choose_installation(
        anybody,
        connector_id=connector["_id"] if connector else None,
        integration_id=options["installation"],
    )
    of_id = connector or find_connector(sandbox, installation["_connectorId"])
    customer = CUSTOMERS[framework_of(of_id)](
        anybody.base_url,
        anybody.token,
        anybody.email,
        integration_id=installation["_id"],
        credential=anybody.credential,
    )
    return customer, installation
