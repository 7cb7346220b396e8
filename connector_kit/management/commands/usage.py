"""``manage.py usage``: runs, records and errors per installation, flow and month."""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser
from rich.table import Table

from connector_kit.integrator import Usage
from connector_kit.integrator.usage import by_installation
from connector_kit.lifecycle import publisher_client
from connector_kit.management.base import KitCommand, add_json

COUNTS = ("runs", "failed", "records", "ignored", "errors")


class Command(KitCommand):
    """Counts jobs."""

    help = (
        "Count what the integrations in the account of CONNECTOR_KIT_TOKEN have done: runs, "
        "records and errors per installation, flow and month. integrator.io keeps jobs for 30 "
        "days, so count at least once a month."
    )
    example = """
manage.py usage
manage.py usage --integration 64a1f0c2b3d4e5f607182901 --flows
manage.py usage --since 2026-05-01 --until 2026-06-01 --json
"""
    expected = KitCommand.expected

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to count, from when to when, and how to show it."""
        parser.add_argument(
            "--integration",
            action="append",
            dest="integrations",
            metavar="ID",
            help="only this integration; may be given several times (all)",
        )
        parser.add_argument("--since", type=_date, metavar="DATE", help="from then on (30 days)")
        parser.add_argument("--until", type=_date, metavar="DATE", help="up to then (now)")
        parser.add_argument("--flows", action="store_true", help="tell flows apart")
        add_json(parser)

    def run(self, **options: Any) -> None:
        """Count, and show the rows."""
        with publisher_client() as client:
            rows = client.usage(
                since=options["since"],
                until=options["until"],
                integration_ids=options["integrations"],
            )
        shown = rows if options["flows"] else by_installation(rows)
        if options["json"]:
            self.print_json({"usage": [row.to_json() for row in shown]})
        else:
            self.console(options).print(_table(shown, with_flows=options["flows"]))


def _table(rows: Sequence[Usage], *, with_flows: bool) -> Table:
    flow = ("flow",) if with_flows else ()
    table = Table("integration", *flow, "month", box=None)
    for name in COUNTS:
        table.add_column(name, justify="right")
    for row in rows:
        place = (row.integration_id, row.flow_id) if with_flows else (row.integration_id,)
        table.add_row(*place, row.month, *(str(getattr(row, name)) for name in COUNTS))
    return table


def _date(word: str) -> datetime:
    try:
        moment = datetime.fromisoformat(word)
    except ValueError as error:
        raise ArgumentTypeError(f"{word!r} is no date such as 2026-05-01") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
