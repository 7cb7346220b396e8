"""``manage.py token``: keys to the REST API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.management.base import CommandParser
from rich.table import Table

from connector_kit.management.base import KitCommand, add_json, add_yes, agree
from connector_kit.models import ApiToken
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.tokens import create_token, list_tokens, revoke_token

DAYS = 90


class Command(KitCommand):
    """Makes, lists and revokes tokens."""

    help = (
        "Manage tokens for the REST API. A token has scopes and an owner, whose role limits it. "
        "The token is shown only once, when it is created; only a digest is stored."
    )
    example = """
manage.py token create ops --name deploy --scope installations:read --scope rollouts:write
manage.py token list
manage.py token revoke 3f9a0c1b2d4e --yes
"""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands and their arguments."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="create|list|revoke")
        create = _add_action(actions, "create", "create a token and show it once")
        create.add_argument("owner", help="user that the token acts for")
        create.add_argument("--name", required=True, help="purpose of the token")
        create.add_argument(
            "--scope",
            action="append",
            default=[],
            required=True,
            metavar="SCOPE",
            help="scope (repeatable); see docs/api.md",
        )
        create.add_argument(
            "--days", type=int, default=DAYS, help=f"days until it expires ({DAYS})"
        )
        listed = _add_action(actions, "list", "list active tokens")
        listed.add_argument("--all", action="store_true", help="also expired and revoked tokens")
        revoke = _add_action(actions, "revoke", "revoke a token permanently")
        revoke.add_argument("key", help="key shown by 'list'")
        add_yes(revoke)

    def run(self, **options: Any) -> None:
        """Do what the subcommand says."""
        actions: dict[str, Callable[[dict[str, Any]], None]] = {
            "create": self._create,
            "list": self._list,
            "revoke": self._revoke,
        }
        actions[options["action"]](options)

    def _create(self, options: dict[str, Any]) -> None:
        made = create_token(
            options["owner"],
            options["name"],
            options["scope"],
            days=options["days"],
            by=Actor.of_command_line(),
        )
        if options["json"]:
            self.print_json({**_to_json(made.row), "token": made.text})
            return
        self.sidelines(options).print(
            f"Token {made.row.key}, valid until {made.row.expires_at:%Y-%m-%d}. It is shown only "
            "once:"
        )
        self.stdout.write(made.text)

    def _list(self, options: dict[str, Any]) -> None:
        found = list_tokens(with_ended=options["all"])
        if options["json"]:
            self.print_json({"tokens": [_to_json(row) for row in found]})
        else:
            self.console(options).print(_table(found))

    def _revoke(self, options: dict[str, Any]) -> None:
        if good := list_tokens().filter(key=options["key"]).first():
            agree(
                f"Token {good.name!r} of {good.owner} will be revoked permanently.",
                options,
            )
        row = revoke_token(options["key"], by=Actor.of_command_line())
        if options["json"]:
            self.print_json(_to_json(row))
        else:
            self.stdout.write(f"{row} is revoked.")


def _to_json(row: ApiToken) -> dict[str, Any]:
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


def _table(rows: Iterable[ApiToken]) -> Table:
    table = Table("key", "name", "owner", "scopes", "expires", "last used", "revoked", box=None)
    for row in rows:
        dates = (row.expires_at, row.last_used_at, row.revoked_at)
        shown = (f"{date:%Y-%m-%d %H:%M}" if date else "" for date in dates)
        table.add_row(row.key, row.name, row.owner.get_username(), " ".join(row.scopes), *shown)
    return table


def _add_action(actions: Any, name: str, words: str) -> CommandParser:
    parser: CommandParser = actions.add_parser(name, help=words, description=words)
    add_json(parser)
    return parser
