"""``manage.py publish``: bring a version of a connector to the marketplace."""

from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console

from connector_kit.management.base import KitCommand, add_json
from connector_kit.management.plans import field_change
from connector_kit.publisher import PublisherError, PublishResult, publish
from connector_kit.publisher.records import RecordPlan

_TITLES = {"stacks": "stack record", "connectors": "marketplace listing"}


class Command(KitCommand):
    """Publish a connector."""

    help = (
        "Publish a connector: create or update its stack record and its marketplace listing, and "
        "record its version as a release. A version is published once; changed content needs a "
        "higher version. Publishing again is harmless and puts right what has drifted."
    )
    example = """
manage.py publish examples.commerce.v1_0:CommerceHub --dry-run
manage.py publish examples.commerce.v1_0:CommerceHub
manage.py publish --json
"""
    expected = (*KitCommand.expected, PublisherError)

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument(
            "connector",
            nargs="?",
            help="package.module:Class, a path, or the slug of a published connector; by default "
            "the only one in CONNECTOR_KIT_CONNECTORS",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--new-records",
            action="store_true",
            help="create the listing again if the platform has lost it",
        )
        parser.add_argument(
            "--show-system-token",
            action="store_true",
            help="print the stack's system token when the server does not accept it",
        )
        add_json(parser)

    def run(self, **options: Any) -> None:
        """Publish and report."""
        result = publish(
            options["connector"], dry_run=options["dry_run"], new_records=options["new_records"]
        )
        token = result.foreign_system_token if options["show_system_token"] else None
        if options["json"]:
            self.print_json(result.to_json() | ({"system_token": token} if token else {}))
            return
        _render(result, self.console(options))
        if token:
            self.stdout.write(f"CONNECTOR_KIT_SYSTEM_TOKEN={token}")


def _render(result: PublishResult, console: Console) -> None:
    release = "new release" if result.to_json()["new_release"] else "known release"
    heading = f"{result.slug} {result.version} ({release}, {result.digest[:12]})"
    console.print(heading, style="bold")
    for record in (result.stack, result.listing):
        _render_record(record, console)
    for note in result.notes:
        console.print(f"note: {note}", style="yellow")
    if not result:
        console.print("Nothing to do.")
    elif result.dry_run:
        console.print("Dry run: nothing was changed.")


def _render_record(record: RecordPlan, console: Console) -> None:
    title = f"  {_TITLES[record.resource]} {record.id or ''}".rstrip()
    console.print(f"{title}: {record.action}")
    for change in record.changes:
        console.print(f"    {field_change(change.to_json())}")
