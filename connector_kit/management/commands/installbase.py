"""``manage.py installbase``: the installations of a connector."""

from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from connector_kit.errors import ConnectorKitError
from connector_kit.management.base import KitCommand, add_json
from connector_kit.models import Connector, Installation
from connector_kit.publisher import (
    InstallBaseFilter,
    InstallBasePage,
    SyncResult,
    find_connector,
    list_install_base,
    sync_install_base,
)
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.reported import Oddity

ODDITIES_SHOWN = 20


class Command(KitCommand):
    """Synchronize and list the install base."""

    help = "Update the records of a connector's install base from integrator.io, or list them."
    example = """
manage.py installbase sync
manage.py installbase sync commerce-hub
manage.py installbase list commerce-hub --version 1.0.0 --production
manage.py installbase list commerce-hub --needs
manage.py installbase list commerce-hub --limit 50 --after 64a1f0c2b3d4e5f607182901 --json
"""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands and their arguments."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="sync|list")
        sync = _add_action(
            actions, "sync", "read the install base from integrator.io and update the records"
        )
        sync.add_argument(
            "--accept-vanished",
            action="store_true",
            help="accept the platform's list even if many recorded installations are "
            "missing from it",
        )
        listing = _add_action(actions, "list", "list the recorded installations")
        _add_filters(listing)
        listing.add_argument(
            "--limit", type=_positive, default=100, help="maximum number of rows (100)"
        )
        listing.add_argument(
            "--after", default="", metavar="ID", help="start after this integration id"
        )

    def run(self, **options: Any) -> None:
        """Do what the subcommand says."""
        actions: dict[str, Callable[[dict[str, Any]], None]] = {
            "sync": self._sync,
            "list": self._list,
        }
        actions[options["action"]](options)

    def _sync(self, options: dict[str, Any]) -> None:
        connectors, told, failures = _to_sync(options["connector"]), [], []
        for connector in connectors:
            try:
                told.append(self._synced(connector, options))
            except ConnectorKitError as error:
                if len(connectors) == 1:
                    raise
                failures.append(f"{connector.slug}: {error}")
        if options["json"]:
            self.print_json(told[0] if len(connectors) == 1 else {"connectors": told})
        if failures:
            raise CommandError("\n".join(failures))

    def _synced(self, connector: Connector, options: dict[str, Any]) -> dict[str, Any]:
        sidelines = self.sidelines(options)

        def progress(so_far: SyncResult) -> None:
            sidelines.print(f"{connector.slug}: {so_far.seen} installations read …")

        result = sync_install_base(
            connector,
            progress=progress,
            accept_vanished=options["accept_vanished"],
            by=Actor.of_command_line(),
        )
        if not options["json"]:
            counts = ", ".join(f"{count} {name}" for name, count in result.counts.items())
            self.stdout.write(f"{connector.slug}: {counts}")
            self._tell(result.oddities)
        return {"connector": connector.slug, **result.to_json()}

    def _tell(self, oddities: Sequence[Oddity]) -> None:
        for oddity in oddities[:ODDITIES_SHOWN]:
            self.stdout.write(f"    {oddity}")
        if len(oddities) > ODDITIES_SHOWN:
            more = len(oddities) - ODDITIES_SHOWN
            self.stdout.write(f"    and {more} more; use --json to list all.")

    def _list(self, options: dict[str, Any]) -> None:
        connector = find_connector(options["connector"])
        wanted = InstallBaseFilter(
            version=options["of_version"],
            sandbox=options["sandbox"],
            email=options["email"],
            vanished=options["vanished"],
            needs=options["needs"],
        )
        page = list_install_base(connector, wanted, after=options["after"], limit=options["limit"])
        if options["json"]:
            self.print_json({"connector": connector.slug, **page.to_json()})
        else:
            _render(page, self.console(options))


def _to_sync(name: str | None) -> list[Connector]:
    """The connector that was named, else all that the platform has."""
    if name is None:
        published = list(Connector.objects.exclude(connector_id=None).order_by("slug"))
        if len(published) > 1:
            return published
    return [find_connector(name)]


def _positive(word: str) -> int:
    number = int(word)
    if number < 1:
        raise ArgumentTypeError("must be 1 or more")
    return number


def _add_action(actions: Any, name: str, words: str) -> CommandParser:
    parser: CommandParser = actions.add_parser(name, help=words, description=words)
    default = "all of them" if name == "sync" else "the only one"
    parser.add_argument(
        "connector", nargs="?", help=f"slug or package.module:Class (default: {default})"
    )
    add_json(parser)
    return parser


def _add_filters(parser: CommandParser) -> None:
    parser.add_argument("--version", dest="of_version", metavar="VERSION", help="only this version")
    parser.add_argument("--email", metavar="PART", help="part of the customer's address")
    environment = parser.add_mutually_exclusive_group()
    environment.add_argument(
        "--sandbox", action="store_true", default=None, help="only sandbox installations"
    )
    environment.add_argument(
        "--production", dest="sandbox", action="store_false", help="only production installations"
    )
    parser.add_argument(
        "--needs",
        action="store_true",
        default=None,
        help="only installations waiting for the customer to connect",
    )
    existence = parser.add_mutually_exclusive_group()
    existence.add_argument(
        "--vanished",
        action="store_true",
        default=False,
        help="only installations gone from the platform",
    )
    existence.add_argument(
        "--with-vanished",
        dest="vanished",
        action="store_const",
        const=None,
        help="also installations gone from the platform",
    )


def _render(page: InstallBasePage, console: Console) -> None:
    table = Table("integration", "name", "e-mail", "environment", "version", "state", box=None)
    for row in page.rows:
        table.add_row(*_cells(row))
    console.print(table)
    versions = ", ".join(f"{name or '(none)'}: {n}" for name, n in page.versions.items())
    console.print(f"{page.total} installations. {versions}")
    if page.next_after:
        console.print(f"More: --after {page.next_after}")


def _cells(row: Installation) -> tuple[str, ...]:
    environment = "sandbox" if row.sandbox else "production"
    return (row.integration_id, row.name, row.email, environment, row.version, _state(row))


def _state(row: Installation) -> str:
    if row.vanished_at:
        return "vanished"
    if row.update_in_progress:
        return "updating"
    return "; ".join(f"waits: {need['message']}" for need in row.needs)
