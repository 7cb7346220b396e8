"""``manage.py staff``: who is a viewer, an operator, or an admin."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser
from rich.table import Table

from connector_kit.management.base import KitCommand, add_json, add_yes, agree
from connector_kit.publisher import PublisherError
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.roles import SCOPES, Role
from connector_kit.publisher.staff import Member, find_member, members, remove_member, set_role
from connector_kit.publisher.tokens import list_tokens


class Command(KitCommand):
    """Adds, lists and removes members of the staff."""

    help = (
        "Manage the roles of the publisher's staff. A viewer has read access; an operator can "
        "also manage rollouts, licenses, and settings; an admin can also publish and manage "
        "staff."
    )
    example = """
manage.py staff add ops --role operator
echo "$PASSWORD" | manage.py staff add ops --role admin --password-stdin
manage.py staff list
manage.py staff remove ops --yes
"""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands and their arguments."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="add|list|remove")
        add = _add_action(actions, "add", "give a user a role; creates the user if needed")
        add.add_argument("username")
        add.add_argument("--role", required=True, choices=[str(role) for role in Role])
        add.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of stdin instead of prompting",
        )
        _add_action(actions, "list", "list staff and their roles")
        remove = _add_action(
            actions, "remove", "remove a user's role; ends their tokens and sessions"
        )
        remove.add_argument("username")
        add_yes(remove)

    def run(self, **options: Any) -> None:
        """Do what the subcommand says."""
        actions: dict[str, Callable[[dict[str, Any]], None]] = {
            "add": self._add,
            "list": self._list,
            "remove": self._remove,
        }
        actions[options["action"]](options)

    def _add(self, options: dict[str, Any]) -> None:
        member = set_role(
            options["username"],
            Role(options["role"]),
            by=Actor.of_command_line(),
            password=_password(options),
        )
        if options["json"]:
            self.print_json(member.to_json())
        else:
            self.stdout.write(f"{member.username} is {member.role}.")

    def _list(self, options: dict[str, Any]) -> None:
        found = members()
        if options["json"]:
            self.print_json({"staff": [member.to_json() for member in found]})
        else:
            self.console(options).print(_table(found))

    def _remove(self, options: dict[str, Any]) -> None:
        if leaving := find_member(options["username"]):
            tokens = list_tokens().filter(owner__username=leaving.username).count()
            agree(
                f"{leaving.username} ({leaving.role or 'no role'}) will no longer be able to log "
                f"in. API tokens to be revoked: {tokens}.",
                options,
            )
        remove_member(options["username"], by=Actor.of_command_line())
        if options["json"]:
            self.print_json({"username": options["username"], "role": None})
        else:
            self.stdout.write(f"{options['username']} no longer has a role.")


def _password(options: dict[str, Any]) -> str | None:
    """The password from the option or the prompt; None keeps the current one."""
    if options["password_stdin"]:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        return None
    typed = getpass.getpass("Password (leave empty to keep the current one): ")
    if typed and typed != getpass.getpass("Repeat password: "):
        raise PublisherError("The passwords do not match. Nothing was changed.")
    return typed or None


def _table(found: list[Member]) -> Table:
    table = Table("user", "role", "e-mail", "scopes", box=None)
    for member in found:
        scopes = f"{len(SCOPES[member.role])}" if member.role else "0"
        table.add_row(member.username, member.role or "(none)", member.email, scopes)
    return table


def _add_action(actions: Any, name: str, words: str) -> CommandParser:
    parser: CommandParser = actions.add_parser(name, help=words, description=words)
    add_json(parser)
    return parser
