"""``connector-kit token``: keys to the REST API."""

from __future__ import annotations

from django.core.management.base import CommandParser
from rich.table import Table

from connector_kit.documents import Document
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
from connector_kit.models import ApiToken
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.tokens import create_token, list_tokens, revoke_token

DAYS = 90


class Create(Action):
    """Creates a token, and shows its text once."""

    words = "create a token and show it once"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("owner", help="user that the token acts for")
        parser.add_argument("--name", required=True, help="purpose of the token")
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            required=True,
            metavar="SCOPE",
            help="scope (repeatable); see docs/api.md",
        )
        parser.add_argument(
            "--days", type=int, default=DAYS, help=f"days until it expires ({DAYS})"
        )

    def run(self, command: KitCommand, options: Options) -> None:
        token = create_token(
            options["owner"],
            options["name"],
            options["scope"],
            days=options["days"],
            by=Actor.of_command_line(),
        )
        if not options["json"]:
            command.sidelines(options).print(
                f"Token {token.row.key}, valid until {token.row.expires_at:%Y-%m-%d}. It is shown "
                "only once:"
            )
        command.show({**_to_json(token.row), "token": token.text}, token.text, options)


class List(Action):
    """Lists tokens, by default those that can be used."""

    words = "list active tokens"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="also expired and revoked tokens")
        add_page(parser, "tokens", "key")

    def run(self, command: KitCommand, options: Options) -> None:
        tokens = list_tokens(with_ended=options["all"])
        rows, next_after = page_of(tokens, options, lambda token: token.key)
        table = Table("key", "name", "owner", "scopes", "expires", "last used", "revoked", box=None)
        for row in rows:
            moments = (row.expires_at, row.last_used_at, row.revoked_at)
            dates = (f"{moment:%Y-%m-%d %H:%M}" if moment else "" for moment in moments)
            table.add_row(row.key, row.name, row.owner.get_username(), " ".join(row.scopes), *dates)
        answer = {"tokens": [_to_json(row) for row in rows], "next_after": next_after}
        command.show(answer, table, options)
        say_more(command, next_after, options)


class Revoke(Action):
    """Revokes a token."""

    words = "revoke a token permanently"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="key shown by 'list'")
        add_yes(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        if token := list_tokens().filter(key=options["key"]).first():
            agree(f"Token {token.name!r} of {token.owner} will be revoked permanently.", options)
        row = revoke_token(options["key"], by=Actor.of_command_line())
        command.show(_to_json(row), f"{row} is revoked.", options)


class Command(ActionsCommand):
    """Creates, lists, and revokes tokens."""

    help = (
        "Manage tokens for the REST API. A token has scopes and an owner, whose role limits it. "
        "The token is shown only once, when it is created; only a digest is stored."
    )
    example = """
connector-kit token create ops --name deploy --scope installations:read --scope rollouts:write
connector-kit token list
connector-kit token revoke 3f9a0c1b2d4e --yes
"""
    actions = {"create": Create(), "list": List(), "revoke": Revoke()}


def _to_json(row: ApiToken) -> Document:
    return {
        "key": row.key,
        "name": row.name,
        "owner": row.owner.get_username(),
        "scopes": row.scopes,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
    }
