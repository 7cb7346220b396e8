"""The actions of ``connector-kit license`` that show licenses, now and in the days to come."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import CommandParser
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from connector_kit.documents import Document
from connector_kit.licensing import Standing
from connector_kit.management.base import (
    Action,
    KitCommand,
    Options,
    add_connector,
    add_environment,
    whole_number,
)
from connector_kit.models import License
from connector_kit.publisher import find_connector, licenses
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.licenses.rows import edition_in_force
from connector_kit.publisher.licenses.simulating import read_stream, simulate_rows, simulate_stream

NEEDS_ATTENTION = 3


class List(Action):
    """Lists licenses."""

    words = "list the recorded licenses"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", metavar="PART", help="part of the customer's address")
        parser.add_argument(
            "--standing", choices=[*Standing], help="only licenses with this status"
        )
        add_environment(parser, "licenses")
        parser.add_argument(
            "--drifted", action="store_true", help="only licenses that differ from the platform"
        )
        parser.add_argument(
            "--vanished", action="store_true", help="only licenses gone from the platform"
        )
        _add_page(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        wanted = licenses.LicenseFilter(
            email=options["email"],
            standing=options["standing"],
            sandbox=options["sandbox"],
            drifted=options["drifted"],
            vanished=options["vanished"],
        )
        connector = find_connector(options["connector"])
        lost = [] if options["vanished"] else licenses.lost_licenses(connector)
        more = {"lost": [licenses.license_json(row) for row in lost]}
        _show_page(wanted, more, command, options)
        if lost and not options["json"]:
            command.console(options).print(_lost_table(lost))


class Pending(Action):
    """Lists what has not reached the platform."""

    words = "list changes that are not yet on the platform, with the reason"

    def add_arguments(self, parser: CommandParser) -> None:
        _add_page(parser)

    def run(self, command: KitCommand, options: Options) -> int:
        refused = licenses.refused_subscriptions()
        wanted = licenses.LicenseFilter(pending=True)
        page = _show_page(wanted, {"refused_subscriptions": refused}, command, options)
        if refused and not options["json"]:
            table = Table("subscription", "code", "reason", box=None)
            for document in refused:
                table.add_row(document["subscription"], document["code"], document["message"])
            command.console(options).print(table)
        return NEEDS_ATTENTION if page.rows or refused else 0


class Show(Action):
    """Shows one license."""

    words = "show one license with its audit trail"

    def add_arguments(self, parser: CommandParser) -> None:
        add_license(parser)

    def run(self, command: KitCommand, options: Options) -> int:
        row = licenses.find_license(options["license"])
        events = list(row.events.order_by("-at", "-pk")[:50])
        names = ("at", "by", "act", "before", "after", "code", "message")
        trail = [{name: getattr(event, name) for name in names} for event in events]
        command.show(licenses.license_json(row) | {"events": trail}, license_table(row), options)
        if events and not options["json"]:
            table = Table("when", "who", "what", "before", "after", box=None)
            for event in events:
                before, after = (
                    ", ".join(f"{name}: {value}" for name, value in values.items())
                    for values in (event.before, event.after)
                )
                when = f"{event.at:%F %T}"
                table.add_row(when, event.by, event.act, before, event.message or after)
            command.console(options).print(table)
        return NEEDS_ATTENTION if row.code else 0


class Reconcile(Action):
    """Compares with the platform, and repairs it on request."""

    words = "compare the records with the platform"

    def add_arguments(self, parser: CommandParser) -> None:
        add_connector(parser)
        parser.add_argument(
            "--repair", action="store_true", help="write the recorded values to the platform"
        )

    def run(self, command: KitCommand, options: Options) -> int:
        sidelines = command.sidelines(options)

        def report_progress(so_far: licenses.ReconcileResult) -> None:
            sidelines.print(f"{so_far.seen} licenses read, {so_far.repaired} repaired …")

        connector = find_connector(options["connector"])
        result = licenses.reconcile(
            connector,
            repair=options["repair"],
            progress=report_progress,
            by=Actor.of_command_line(),
        )
        page = licenses.list_licenses(connector, licenses.LicenseFilter(drifted=True))
        lost = licenses.lost_licenses(connector)
        if options["json"]:
            command.print_json(
                {
                    "connector": connector.slug,
                    **result.to_json(),
                    "not_as_wanted": [licenses.license_json(row) for row in page.rows],
                    "missing": [licenses.license_json(row) for row in lost],
                }
            )
        else:
            console = command.console(options)
            counts = ", ".join(f"{count} {name}" for name, count in result.to_json().items())
            console.print(f"{connector.slug}: {counts}")
            _print_drift(page.rows, console)
            if lost:
                console.print(_lost_table(lost))
        return NEEDS_ATTENTION if page.total or lost else 0


class Simulate(Action):
    """Runs the days to come, without changing anything."""

    words = "show day by day what will happen to the recorded licenses"

    def add_arguments(self, parser: CommandParser) -> None:
        add_connector(parser)
        parser.add_argument(
            "--days", type=whole_number(1, 3660), default=400, help="number of days (400)"
        )
        parser.add_argument(
            "--scenario",
            type=Path,
            metavar="FILE",
            help="file with a JSON list of shop events, instead of the recorded licenses",
        )

    def run(self, command: KitCommand, options: Options) -> None:
        sidelines = command.sidelines(options)
        if options["scenario"]:
            days = simulate_stream(read_stream(options["scenario"]), days=options["days"])
        else:
            days = simulate_rows(
                find_connector(options["connector"]),
                now=timezone.now(),
                days=options["days"],
                progress=lambda done: sidelines.print(f"{done} licenses run …"),
            )
        table = Table("day", "what", "count", "licenses", box=None)
        for day in days:
            for what, count in day.counts.items():
                more = " …" if count > len(day.named[what]) else ""
                table.add_row(str(day.day), what, str(count), ", ".join(day.named[what]) + more)
        command.show({"days": [day.to_json() for day in days]}, table, options)


def add_license(parser: CommandParser) -> None:
    """Add the argument that names a license."""
    parser.add_argument(
        "license",
        help="license id, #number, or the customer's e-mail address if they have one license",
    )


def license_table(row: License) -> Table:
    """Everything about one license, a line for each thing."""
    table = Table(box=None, show_header=False)
    document = licenses.license_json(row)
    for name, value in {**document, **document["platform"]}.items():
        if name != "platform" and value not in (None, "", [], {}):
            table.add_row(name.replace("_", " "), str(value))
    return table


def _add_page(parser: CommandParser) -> None:
    add_connector(parser)
    parser.add_argument(
        "--limit", type=whole_number(1, 10_000), default=100, help="maximum number of rows (100)"
    )
    parser.add_argument(
        "--after", type=whole_number(0, 2**62), default=0, metavar="N", help="start after this row"
    )


def _show_page(
    wanted: licenses.LicenseFilter, more: Document, command: KitCommand, options: Options
) -> licenses.LicensePage:
    """Show a page of licenses, counted by standing; *more* belongs to its JSON."""
    connector = find_connector(options["connector"])
    after, limit = options["after"], options["limit"]
    page = licenses.list_licenses(connector, wanted, after=after, limit=limit)
    if options["json"]:
        command.print_json({"connector": connector.slug, **page.to_json(), **more})
        return page
    table = Table(
        "#", "license", "e-mail", "environment", "edition", "standing", "last day", "expires",
        "remark", box=None,
    )  # fmt: skip
    for row in page.rows:
        expiry = row.expires or row.trial_ends
        table.add_row(
            str(row.pk),
            row.license_id or "(pending)",
            row.email,
            "sandbox" if row.sandbox else "production",
            edition_in_force(row),
            row.standing,
            str(row.ends or ""),
            f"{expiry:%F %T}" if expiry else "",
            row.code or ("differs" if row.drift else _kinship(row)),
        )
    console = command.console(options)
    console.print(table)
    counts = ", ".join(f"{name or 'no agreed end'}: {n}" for name, n in page.standings.items())
    console.print(f"{page.total} licenses. {counts}")
    if page.next_after:
        console.print(f"More: --after {page.next_after}")
    return page


def _kinship(row: License) -> str:
    """Tell whose child a license is: that of a store, beside its installation's."""
    if not row.is_child:
        return ""
    return f"child of #{row.parent_id}" if row.parent_id else f"child of {row.parent_license_id}"


def _print_drift(rows: Iterable[License], console: Console) -> None:
    table = Table("#", "e-mail", "field", "wanted", "platform", box=None)
    for row in rows:
        for difference in row.drift:
            wanted, platform = str(difference["wanted"]), str(difference["platform"])
            table.add_row(str(row.pk), row.email, difference["field"], wanted, platform)
    if table.row_count:
        console.print(table)
        console.print(
            "These licenses differ from the platform. To write the recorded values, run "
            "'connector-kit license reconcile --repair'."
        )


def _lost_table(rows: Iterable[License]) -> Table:
    """Licenses in force that the platform no longer has."""
    table = Table(
        "#", "e-mail", "last day", "missing since", "what to do", box=None,
        title="Active licenses missing from the platform", title_justify="left",
    )  # fmt: skip
    for row in rows:
        since = f"{row.vanished_at:%F %T}" if row.vanished_at else ""
        remedy = f"connector-kit license restore '#{row.pk}'" if row.is_managed else row.message
        table.add_row(str(row.pk), row.email, str(row.ends or ""), since, remedy)
    return table
