"""What the subcommands of ``connector-kit embedded`` have in common."""

from __future__ import annotations

import json
import sys
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from connector_kit.embedded import find_account, find_deployment
from connector_kit.management.base import Options
from connector_kit.models import EmbeddedAccount, Installation
from connector_kit.publisher import find_connector

ATTENTION = 3
"""Exit code: done, and something in it failed."""


def add_connector_and_account(parser: CommandParser) -> None:
    """Add arguments for a connector and an account; each is optional when there is only one."""
    parser.add_argument(
        "--connector", metavar="SLUG", help="slug or package.module:Class (default: the only one)"
    )
    parser.add_argument(
        "--account", metavar="NAME", help="embedded account (default: the only one)"
    )


def add_deployment(parser: CommandParser) -> None:
    """Add arguments that name a deployment."""
    parser.add_argument("end_user", help="end user's name or id in your product")
    add_connector_and_account(parser)


def named_account(options: Options) -> EmbeddedAccount | None:
    """Return the account that *options* name, None without a name."""
    return find_account(options["account"]) if options["account"] else None


def requested_deployment(options: Options) -> Installation:
    """Return the deployment that *options* name."""
    account = named_account(options)
    return find_deployment(find_connector(options["connector"]), options["end_user"], account)


def read_secret(what: str) -> str:
    """Read a secret from standard input; from a terminal, without showing it."""
    return getpass(f"{what}: ") if sys.stdin.isatty() else sys.stdin.read().strip()


def read_json(place: str, what: str) -> Any:
    """Read JSON from the file at *place*, ``-`` for standard input; errors never quote it."""
    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text()
        return json.loads(text)
    except OSError as error:
        raise CommandError(f"{what}: {place} cannot be read ({error.strerror}).") from error
    except ValueError:
        raise CommandError(f"{what}: {place} is not JSON.") from None
