"""``connector-kit usage``: runs, records and errors per installation, flow and month."""

import csv
from dataclasses import fields
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.table import Table

from connector_kit.embedded.usage import (
    EnabledFlows,
    UsageQuery,
    UsageReport,
    UsageRow,
    enabled_flows,
    usage_report,
)
from connector_kit.management.base import KitCommand, add_json, moment, whole_number

COUNTS = ("runs", "failed", "records", "ignored", "errors")
WHOSE = ("connector", "owner", "license_id")
ATTENTION = 3
FORMULAS = frozenset("=+-@\t\r")
"""Characters with which spreadsheets let a formula begin."""


class Command(KitCommand):
    """Counts jobs."""

    help = (
        "Report flow usage: runs, records, and errors per installation, flow, and month. The "
        "account of CONNECTOR_KIT_TOKEN and embedded accounts are read now; customers' accounts "
        "are read during dry runs. integrator.io keeps jobs for only 30 days, but the counts are "
        "kept here, so count at least once a month."
    )
    example = """
connector-kit usage
connector-kit usage --installation 64a1f0c2b3d4e5f607182901 --flows
connector-kit usage --since 2026-05-01 --until 2026-06-01 --csv > usage-2026-05.csv
connector-kit usage --enabled
connector-kit usage --since 2026-05-01 --until 2026-06-01 --json
"""
    exit_codes = {
        0: "done",
        1: "error (see stderr)",
        ATTENTION: "an embedded account could not be read (see output)",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to count, from when to when, and how to show it."""
        parser.add_argument(
            "--installation",
            action="append",
            dest="integrations",
            metavar="ID",
            help="only this installation (repeatable; default: all)",
        )
        parser.add_argument(
            "--since", type=moment, metavar="DATE", help="start date (default: all)"
        )
        parser.add_argument("--until", type=moment, metavar="DATE", help="end date (default: now)")
        parser.add_argument(
            "--enabled",
            action="store_true",
            help="instead, count the enabled flows of each license and environment, as last seen",
        )
        parser.add_argument("--flows", action="store_true", help="list flows separately")
        parser.add_argument(
            "--after", default="", metavar="ID", help="start after this integration"
        )
        parser.add_argument(
            "--limit",
            type=whole_number(1, 100_000),
            default=1000,
            metavar="N",
            help="maximum number of integrations (1000)",
        )
        form = parser.add_mutually_exclusive_group()
        add_json(form)
        form.add_argument(
            "--csv",
            action="store_true",
            help="print CSV to stdout: a row per installation (or flow) and month",
        )

    def run(self, **options: Any) -> int:
        """Count, and show the rows, and of what nothing is known."""
        if options["enabled"]:
            return self._show_enabled(enabled_flows(options["integrations"]), **options)
        report = usage_report(
            UsageQuery(
                since=options["since"],
                until=options["until"],
                integrations=options["integrations"],
                by_flow=options["flows"],
                after=options["after"],
                limit=options["limit"],
            )
        )
        if options["json"]:
            self.print_json(report.to_json())
        elif options["csv"]:
            self._print_csv([row.to_json() for row in report.rows], UsageRow)
            _render_remarks(report, self.sidelines(options))
        else:
            _render(report, self.console(options), with_flows=options["flows"])
        return ATTENTION if report.unasked else 0

    def _show_enabled(self, rows: list[EnabledFlows], **options: Any) -> int:
        names = [field.name for field in fields(EnabledFlows)]
        if options["json"]:
            self.print_json({"enabled": [row.to_json() for row in rows]})
            return 0
        if options["csv"]:
            self._print_csv([row.to_json() for row in rows], EnabledFlows)
            return 0
        table = Table(*(name.removesuffix("_id") for name in names), box=None)
        for row in rows:
            table.add_row(*(str(getattr(row, name)) for name in names))
        self.console(options).print(table)
        return 0

    def _print_csv(self, rows: list[dict[str, Any]], kind: type[UsageRow | EnabledFlows]) -> None:
        """Write a line of names, then a line per row, with the names of ``--json``."""
        names = [field.name for field in fields(kind)]
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row[name]) for name in names] for row in rows)


def _cell(value: Any) -> Any:
    """Return *value* so that no spreadsheet takes a name that customers chose for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in FORMULAS else value


def _render(report: UsageReport, console: Console, *, with_flows: bool) -> None:
    flow = ("flow",) if with_flows else ()
    owners = [name for name in WHOSE if any(getattr(row, name) for row in report.rows)]
    table = Table("integration", *flow, "month", box=None)
    for name in COUNTS:
        table.add_column(name, justify="right")
    for name in owners:
        table.add_column(name.removesuffix("_id"))
    for row in report.rows:
        flow = (row.flow or row.flow_id,) if with_flows else ()
        cells = (str(getattr(row, name)) for name in (*COUNTS, *owners))
        table.add_row(row.integration_id, *flow, row.month, *cells)
    console.print(table)
    _render_remarks(report, console)


def _render_remarks(report: UsageReport, console: Console) -> None:
    """Print where the report continues, and of what it lacks data."""
    coverage = report.coverage
    if report.next_after:
        console.print(f"More: --after {report.next_after}")
    for unasked in report.unasked:
        console.print(
            f"Not read: {unasked.account} ({unasked.code}): {unasked.message}", soft_wrap=True
        )
    if coverage.never_counted:
        console.print(
            f"No data for {coverage.never_counted} of {coverage.installations} installations: no "
            "dry run has read their jobs yet. To read them, run 'connector-kit plan <connector> "
            "--all'.",
            soft_wrap=True,
        )
    if coverage.oldest_count:
        console.print(f"The oldest data is from {coverage.oldest_count:%F %T}.", soft_wrap=True)
