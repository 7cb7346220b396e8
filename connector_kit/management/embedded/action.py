"""What a subcommand is, and what it gets to work with."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from connector_kit.embedded import find_account, find_deployment
from connector_kit.models import Connector, EmbeddedAccount, Installation
from connector_kit.publisher import find_connector

ATTENTION = 3
"""Exit code: done, and something in it failed."""


@dataclass(frozen=True)
class Context:
    """One run of a subcommand."""

    options: dict[str, Any]
    print: Callable[..., None]
    """Writes results for people."""
    remark: Callable[..., None]
    """Writes remarks, which are not results, to stderr."""
    json: Callable[[Any], None] | None
    """Writes the result for machines, if requested."""

    @property
    def connector(self) -> Connector:
        """The connector that the arguments name."""
        return find_connector(self.options["connector"])

    @property
    def account(self) -> EmbeddedAccount:
        """The account that the arguments name, by default the only one."""
        return find_account(self.options["account"])

    @property
    def deployment(self) -> Installation:
        """The deployment that the arguments name."""
        account = self.account if self.options["account"] else None
        return find_deployment(self.connector, self.options["end_user"], account)

    def show(self, answer: Any, words: str) -> None:
        """Write *answer* as JSON, or say it in *words*."""
        if self.json:
            self.json(answer)
        else:
            self.print(words, soft_wrap=True)


@dataclass(frozen=True)
class Action:
    """A subcommand."""

    words: str
    add_arguments: Callable[[CommandParser], None]
    run: Callable[[Context], int]


def nothing(_parser: CommandParser) -> None:
    """Take no arguments."""


def add_connector(parser: CommandParser) -> None:
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
    add_connector(parser)


def read_secret(what: str) -> str:
    """Read a secret from standard input; from a terminal, without showing it."""
    if sys.stdin.isatty():
        from getpass import getpass  # noqa: PLC0415 - a terminal only

        return getpass(f"{what}: ")
    return sys.stdin.read().strip()


def read_json(place: str, what: str) -> Any:
    """Read JSON from the file at *place*, ``-`` for standard input; errors never quote it."""
    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text()
        return json.loads(text)
    except OSError as error:
        raise CommandError(f"{what}: {place} cannot be read ({error.strerror}).") from error
    except ValueError:
        raise CommandError(f"{what}: {place} is not JSON.") from None
