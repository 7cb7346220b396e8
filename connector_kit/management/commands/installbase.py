"""``connector-kit installbase``: the installations of a connector."""

from django.core.management.base import CommandError, CommandParser
from rich.table import Table

from connector_kit.documents import Document
from connector_kit.errors import ConnectorKitError
from connector_kit.management.base import (
    Action,
    ActionsCommand,
    KitCommand,
    Options,
    add_connector,
    add_environment,
    whole_number,
)
from connector_kit.models import Connector
from connector_kit.publisher import (
    InstallBaseFilter,
    SyncResult,
    find_connector,
    list_install_base,
    sync_install_base,
)
from connector_kit.publisher.actions import Actor

ODDITIES_SHOWN = 20


class Sync(Action):
    """Synchronizes the records of one connector, or of all that the platform has."""

    words = "read the install base from integrator.io and update the records"

    def add_arguments(self, parser: CommandParser) -> None:
        add_connector(parser, default="all of them")
        parser.add_argument(
            "--accept-vanished",
            action="store_true",
            help="accept the platform's list even if many recorded installations are "
            "missing from it",
        )

    def run(self, command: KitCommand, options: Options) -> None:
        connectors: list[Connector] = []
        if options["connector"] is None:
            connectors = list(Connector.objects.exclude(connector_id=None).order_by("slug"))
        if len(connectors) <= 1:
            connectors = [find_connector(options["connector"])]
        synced, failures = [], []
        for connector in connectors:
            try:
                synced.append(self._sync(connector, command, options))
            except ConnectorKitError as error:
                if len(connectors) == 1:
                    raise
                failures.append(f"{connector.slug}: {error}")
        if options["json"]:
            command.print_json(synced[0] if len(connectors) == 1 else {"connectors": synced})
        if failures:
            raise CommandError("\n".join(failures))

    def _sync(self, connector: Connector, command: KitCommand, options: Options) -> Document:
        sidelines = command.sidelines(options)

        def report_progress(so_far: SyncResult) -> None:
            sidelines.print(f"{connector.slug}: {so_far.seen} installations read …")

        result = sync_install_base(
            connector,
            progress=report_progress,
            accept_vanished=options["accept_vanished"],
            by=Actor.of_command_line(),
        )
        if not options["json"]:
            counts = ", ".join(f"{count} {name}" for name, count in result.counts.items())
            command.stdout.write(f"{connector.slug}: {counts}")
            for oddity in result.oddities[:ODDITIES_SHOWN]:
                command.stdout.write(f"    {oddity}")
            more = len(result.oddities) - ODDITIES_SHOWN
            if more > 0:
                command.stdout.write(f"    and {more} more; use --json to list all.")
        return {"connector": connector.slug, **result.to_json()}


class List(Action):
    """Lists what is recorded."""

    words = "list the recorded installations"

    def add_arguments(self, parser: CommandParser) -> None:
        add_connector(parser)
        parser.add_argument(
            "--release", metavar="VERSION", help="only installations of this version"
        )
        parser.add_argument("--email", metavar="PART", help="part of the customer's address")
        add_environment(parser, "installations")
        parser.add_argument(
            "--needs",
            action="store_true",
            default=None,
            help="only installations waiting for the customer to connect",
        )
        children = parser.add_mutually_exclusive_group()
        children.add_argument(
            "--stores",
            dest="child",
            action="store_true",
            default=None,
            help="only stores of framework 2.0",
        )
        children.add_argument(
            "--without-stores",
            dest="child",
            action="store_false",
            help="leave out stores of framework 2.0",
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
        parser.add_argument(
            "--limit", type=whole_number(1), default=100, help="maximum number of rows (100)"
        )
        parser.add_argument(
            "--after", default="", metavar="ID", help="start after this integration id"
        )

    def run(self, command: KitCommand, options: Options) -> None:
        connector = find_connector(options["connector"])
        wanted = InstallBaseFilter(
            version=options["release"],
            sandbox=options["sandbox"],
            email=options["email"],
            vanished=options["vanished"],
            child=options["child"],
            needs=options["needs"],
        )
        page = list_install_base(connector, wanted, after=options["after"], limit=options["limit"])
        if options["json"]:
            command.print_json({"connector": connector.slug, **page.to_json()})
            return
        table = Table("integration", "name", "e-mail", "environment", "version", "state", box=None)
        for row in page.rows:
            state = "; ".join(f"waits: {need['message']}" for need in row.needs)
            if row.update_in_progress:
                state = "updating"
            if row.vanished_at:
                state = "vanished"
            store_of = f"store of {row.parent.integration_id}" if row.parent else ""
            state = "; ".join(filter(None, (store_of, state)))
            table.add_row(
                row.integration_id, row.name, row.email, row.environment, row.version, state
            )
        console = command.console(options)
        console.print(table)
        versions = ", ".join(f"{name or '(none)'}: {n}" for name, n in page.versions.items())
        console.print(f"{page.total} installations. {versions}")
        if page.next_after:
            console.print(f"More: --after {page.next_after}")


class Command(ActionsCommand):
    """Synchronize and list the install base."""

    help = "Update the records of a connector's install base from integrator.io, or list them."
    example = """
connector-kit installbase sync
connector-kit installbase sync commerce-hub
connector-kit installbase list commerce-hub --release 1.0.0 --production
connector-kit installbase list commerce-hub --needs
connector-kit installbase list commerce-hub --limit 50 --after 64a1f0c2b3d4e5f607182901 --json
"""
    actions = {"sync": Sync(), "list": List()}
