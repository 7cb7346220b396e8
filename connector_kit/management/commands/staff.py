"""``connector-kit staff``: who is a viewer, an operator, or an admin."""

from __future__ import annotations

import getpass
import sys

from django.core.management.base import CommandParser
from rich.table import Table

from connector_kit.management.base import (
    Action,
    ActionsCommand,
    KitCommand,
    Options,
    add_page,
    add_yes,
    agree,
    page_of,
    say_more,
)
from connector_kit.publisher import PublisherError
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.roles import SCOPES, Role
from connector_kit.publisher.staff import find_member, members, remove_member, set_role
from connector_kit.publisher.tokens import list_tokens


class Add(Action):
    """Gives a user a role."""

    words = "give a user a role; creates the user if needed"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="name with which the user logs in")
        parser.add_argument(
            "--role",
            required=True,
            choices=[str(role) for role in Role],
            help="what the user may do",
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of stdin instead of prompting",
        )

    def run(self, command: KitCommand, options: Options) -> None:
        password = None  # keeps the current one
        if options["password_stdin"]:
            password = sys.stdin.readline().rstrip("\n")
        elif sys.stdin.isatty():
            typed = getpass.getpass("Password (leave empty to keep the current one): ")
            if typed and typed != getpass.getpass("Repeat password: "):
                raise PublisherError("The passwords do not match. Nothing was changed.")
            password = typed or None
        role = Role(options["role"])
        member = set_role(options["username"], role, by=Actor.of_command_line(), password=password)
        command.show(member.to_json(), f"{member.username} is {member.role}.", options)


class List(Action):
    """Lists the staff."""

    words = "list staff and their roles"

    def add_arguments(self, parser: CommandParser) -> None:
        add_page(parser, "members", "username")

    def run(self, command: KitCommand, options: Options) -> None:
        staff, next_after = page_of(members(), options, lambda member: member.username)
        table = Table("user", "role", "e-mail", "scopes", box=None)
        for member in staff:
            scopes = str(len(SCOPES[member.role]) if member.role else 0)
            table.add_row(member.username, member.role or "(none)", member.email, scopes)
        answer = {"staff": [member.to_json() for member in staff], "next_after": next_after}
        command.show(answer, table, options)
        say_more(command, next_after, options)


class Remove(Action):
    """Removes a user's role."""

    words = "remove a user's role; ends their tokens and sessions"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="name with which the user logs in")
        add_yes(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        username = options["username"]
        if member := find_member(username):
            tokens = list_tokens().filter(owner__username=member.username).count()
            agree(
                f"{member.username} ({member.role or 'no role'}) will no longer be able to log "
                f"in. API tokens to be revoked: {tokens}.",
                options,
            )
        remove_member(username, by=Actor.of_command_line())
        answer = {"username": username, "role": None}
        command.show(answer, f"{username} no longer has a role.", options)


class Command(ActionsCommand):
    """Adds, lists and removes members of the staff."""

    help = (
        "Manage the roles of the publisher's staff. A viewer has read access; an operator can "
        "also manage rollouts, licenses, and settings; an admin can also publish and manage "
        "staff."
    )
    example = """
connector-kit staff add ops --role operator
echo "$PASSWORD" | connector-kit staff add ops --role admin --password-stdin
connector-kit staff list
connector-kit staff remove ops --yes
"""
    actions = {"add": Add(), "list": List(), "remove": Remove()}
