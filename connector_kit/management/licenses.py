"""Licenses as tables on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from connector_kit.models import Connector, License, LicenseEvent
from connector_kit.publisher.licenses import LicensePage, ReconcileResult, license_json
from connector_kit.publisher.licenses.rows import edition_in_force
from connector_kit.publisher.licenses.simulating import SimulatedDay


def license_table(row: License) -> Table:
    """Everything about one license, a line for each thing."""
    table = Table(box=None, show_header=False)
    told = license_json(row)
    for name, value in {**told, **told["platform"]}.items():
        if name != "platform" and value not in (None, "", [], {}):
            table.add_row(name.replace("_", " "), str(value))
    return table


def events_table(events: Iterable[LicenseEvent]) -> Table:
    """The audit trail."""
    table = Table("when", "who", "what", "before", "after", box=None)
    for event in events:
        after = event.message or _fields(event.after)
        table.add_row(f"{event.at:%F %T}", event.by, event.act, _fields(event.before), after)
    return table


def events_json(events: Iterable[LicenseEvent]) -> list[dict[str, Any]]:
    """The audit trail as JSON."""
    names = ("at", "by", "act", "before", "after", "code", "message")
    return [{name: getattr(event, name) for name in names} for event in events]


def print_page(page: LicensePage, console: Console) -> None:
    """A page of licenses, counted by where they stand."""
    table = Table(
        "#", "license", "e-mail", "environment", "edition", "standing", "last day", "expires",
        "remark", box=None,
    )  # fmt: skip
    for row in page.rows:
        table.add_row(*_cells(row))
    console.print(table)
    counts = ", ".join(f"{name or 'no agreed end'}: {n}" for name, n in page.standings.items())
    console.print(f"{page.total} licenses. {counts}")
    if page.next_after:
        console.print(f"More: --after {page.next_after}")


def print_reconciled(
    connector: Connector, result: ReconcileResult, page: LicensePage, console: Console
) -> None:
    """What a reconciliation found, and where the platform is not as wanted."""
    counts = ", ".join(f"{count} {name}" for name, count in result.to_json().items())
    console.print(f"{connector.slug}: {counts}")
    if not page.rows:
        return
    table = Table("#", "e-mail", "field", "wanted", "platform", box=None)
    for row in page.rows:
        for document in row.drift:
            values = (str(document["wanted"]), str(document["platform"]))
            table.add_row(str(row.pk), row.email, document["field"], *values)
    console.print(table)
    console.print(
        "These licenses differ from the platform. To write the recorded values, run "
        "'manage.py license reconcile --repair'."
    )


def lost_table(rows: Iterable[License]) -> Table:
    """Licenses in force that the platform no longer has."""
    table = Table(
        "#", "e-mail", "last day", "missing since", "what to do", box=None,
        title="Active licenses missing from the platform", title_justify="left",
    )  # fmt: skip
    for row in rows:
        since = f"{row.vanished_at:%F %T}" if row.vanished_at else ""
        what = f"manage.py license restore '#{row.pk}'" if row.is_managed else row.message
        table.add_row(str(row.pk), row.email, str(row.ends or ""), since, what)
    return table


def refused_table(refused: Iterable[dict[str, Any]]) -> Table:
    """The shop's subscriptions that result in no license."""
    table = Table("subscription", "code", "reason", box=None)
    for document in refused:
        table.add_row(document["subscription"], document["code"], document["message"])
    return table


def days_table(days: Sequence[SimulatedDay]) -> Table:
    """What would happen, a line for each day and thing."""
    table = Table("day", "what", "count", "licenses", box=None)
    for day in days:
        for what, count in day.counts.items():
            more = " …" if count > len(day.named[what]) else ""
            table.add_row(str(day.day), what, str(count), ", ".join(day.named[what]) + more)
    return table


def _cells(row: License) -> tuple[str, ...]:
    off = row.expires or row.trial_ends
    return (
        str(row.pk),
        row.license_id or "(pending)",
        row.email,
        "sandbox" if row.sandbox else "production",
        edition_in_force(row),
        row.standing,
        str(row.ends or ""),
        f"{off:%F %T}" if off else "",
        row.code or ("differs" if row.drift else ""),
    )


def _fields(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in values.items())
