"""``manage.py license``: what the publisher does with licenses."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from connector_kit.licensing import MOST_DAYS, MOST_STORES, Standing
from connector_kit.licensing.days import day
from connector_kit.management import licenses as shown
from connector_kit.management.base import KitCommand, add_json, add_yes, agree
from connector_kit.models import License
from connector_kit.publisher import find_connector, licenses
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.licenses.simulating import read_stream, simulate_rows, simulate_stream

NEEDS_ATTENTION = 3
Options = dict[str, Any]


class Command(KitCommand):
    """Create, change, show, and simulate licenses."""

    help = "Create and change a connector's licenses, and compare them with the platform."
    example = """
manage.py license create commerce-hub customer@example.com --until 2027-12-31 --edition premium
manage.py license trial commerce-hub customer@example.com --days 30 --time-zone Europe/Berlin
manage.py license convert customer@example.com --until 2027-12-31
manage.py license change-edition 64a1f0c2b3d4e5f607182901 premium
manage.py license list commerce-hub --standing grace --json
manage.py license pending
manage.py license reconcile commerce-hub --repair
manage.py license simulate commerce-hub --days 400
"""
    exit_codes = {
        0: "done",
        1: "error (see stderr)",
        NEEDS_ATTENTION: "recorded but not yet on the platform; pending: grants are waiting; "
        "reconcile: a license differs or an active license is missing",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands and their arguments."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        _add_looking(actions)
        _add_granting(actions)
        _add_changing(actions)
        _add_time(actions)

    def run(self, **options: Any) -> int | None:
        """Do what the subcommand says."""
        looking: dict[str, Callable[[Options], int | None]] = {
            "list": self._list,
            "pending": self._pending,
            "show": self._show,
            "reconcile": self._reconcile,
            "simulate": self._simulate,
        }
        action = options["action"]
        return looking[action](options) if action in looking else self._act(options)

    def _act(self, options: Options) -> int:
        by = Actor(options["by"]) if options["by"] else Actor.of_command_line()
        if options["action"] in _CONSEQUENCES:
            agree(_CONSEQUENCES[options["action"]].format(_found(options)), options)
        return self._print(_ACTS[options["action"]](options, by), options)

    def _show(self, options: Options) -> int:
        return self._print(licenses.find_license(options["license"]), options, trail=True)

    def _print(self, row: License, options: Options, *, trail: bool = False) -> int:
        row = licenses.find_license(f"#{row.pk}")
        events = list(row.events.order_by("-at", "-pk")[:50]) if trail else []
        if options["json"]:
            told = licenses.license_json(row)
            self.print_json(told | ({"events": shown.events_json(events)} if trail else {}))
        else:
            self.console(options).print(shown.license_table(row))
            if events:
                self.console(options).print(shown.events_table(events))
        return NEEDS_ATTENTION if row.code else 0

    def _list(self, options: Options) -> None:
        wanted = licenses.LicenseFilter(
            email=options["email"],
            standing=options["standing"],
            sandbox=options["sandbox"],
            drifted=options["drifted"],
            vanished=options["vanished"],
        )
        connector = find_connector(options["connector"])
        lost = [] if options["vanished"] else licenses.lost_licenses(connector)
        self._page(wanted, options, lost=[licenses.license_json(row) for row in lost])
        if lost and not options["json"]:
            self.console(options).print(shown.lost_table(lost))

    def _pending(self, options: Options) -> int:
        refused = licenses.refused_subscriptions()
        wanted = licenses.LicenseFilter(pending=True)
        page = self._page(wanted, options, refused_subscriptions=refused)
        if refused and not options["json"]:
            self.console(options).print(shown.refused_table(refused))
        return NEEDS_ATTENTION if page.rows or refused else 0

    def _page(
        self, wanted: licenses.LicenseFilter, options: Options, **more: Any
    ) -> licenses.LicensePage:
        connector = find_connector(options["connector"])
        after, limit = options["after"], options["limit"]
        page = licenses.list_licenses(connector, wanted, after=after, limit=limit)
        if options["json"]:
            self.print_json({"connector": connector.slug, **page.to_json(), **more})
        else:
            shown.print_page(page, self.console(options))
        return page

    def _reconcile(self, options: Options) -> int:
        sidelines = self.sidelines(options)

        def progress(so_far: licenses.ReconcileResult) -> None:
            sidelines.print(f"{so_far.seen} licenses read, {so_far.repaired} repaired …")

        connector, by = find_connector(options["connector"]), Actor.of_command_line()
        result = licenses.reconcile(connector, repair=options["repair"], progress=progress, by=by)
        page = licenses.list_licenses(connector, licenses.LicenseFilter(drifted=True))
        lost = licenses.lost_licenses(connector)
        if options["json"]:
            found = {"not_as_wanted": page.rows, "missing": lost}
            told = {
                name: [licenses.license_json(row) for row in rows] for name, rows in found.items()
            }
            self.print_json({"connector": connector.slug, **result.to_json(), **told})
        else:
            shown.print_reconciled(connector, result, page, self.console(options))
            if lost:
                self.console(options).print(shown.lost_table(lost))
        return NEEDS_ATTENTION if page.total or lost else 0

    def _simulate(self, options: Options) -> None:
        sidelines = self.sidelines(options)
        if options["scenario"]:
            days = simulate_stream(read_stream(options["scenario"]), days=options["days"])
        else:
            connector = find_connector(options["connector"])
            days = simulate_rows(
                connector,
                now=timezone.now(),
                days=options["days"],
                progress=lambda done: sidelines.print(f"{done} licenses run …"),
            )
        if options["json"]:
            self.print_json({"days": [item.to_json() for item in days]})
        else:
            self.console(options).print(shown.days_table(days))


def _create(options: Options, by: Actor) -> License:
    connector = find_connector(options["connector"])
    until, another = options["until"], options["another"]
    return licenses.create(connector, _request(options), until=until, by=by, another=another)


def _trial(options: Options, by: Actor) -> License:
    connector = find_connector(options["connector"])
    days, another = options["days"], options["another"]
    return licenses.trial(connector, _request(options), days=days, by=by, another=another)


def _request(options: Options) -> licenses.LicenseRequest:
    return licenses.LicenseRequest(
        email=options["email"],
        edition=options["edition"],
        add_ons=_several(options["add_on"]),
        stores=options["stores"],
        sandbox=options["sandbox"],
        time_zone=options["time_zone"],
        opts=options["opts"],
    )


def _several(words: list[str] | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(word for word in words if word)


def _found(options: Options) -> License:
    return licenses.find_license(options["license"])


_ACTS: Mapping[str, Callable[[Options, Actor], License]] = {
    "create": _create,
    "trial": _trial,
    "child": lambda told, by: licenses.child(_found(told), by=by, opts=told["opts"]),
    "convert": lambda told, by: licenses.convert(_found(told), until=told["until"], by=by),
    "renew": lambda told, by: licenses.renew(_found(told), until=told["until"], by=by),
    "extend": lambda told, by: licenses.extend(_found(told), days=told["days"], by=by),
    "change-edition": lambda told, by: licenses.change_edition(
        _found(told), told["edition"], by=by
    ),
    "add-ons": lambda told, by: licenses.set_add_ons(
        _found(told), by=by, add_ons=_several(told["add_on"]), stores=told["stores"]
    ),
    "expire": lambda told, by: licenses.expire(_found(told), by=by),
    "restore": lambda told, by: licenses.restore(_found(told), by=by),
    "delete": lambda told, by: licenses.delete(_found(told), by=by),
    "reactivate": lambda told, by: licenses.reactivate(_found(told), until=told["until"], by=by),
}


_CONSEQUENCES = {
    "expire": "The license of {0.email} for {0.connector} will end now, without a grace period. "
    "The connector stops in the customer's account.",
    "delete": "The license of {0.email} for {0.connector} will be removed permanently.",
}
"""What cannot easily be undone, and therefore needs consent."""


def _day(word: str) -> date:
    try:
        return day(word)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(word: str) -> int:
        if not word.isdecimal() or not least <= int(word) <= most:
            raise ArgumentTypeError(f"must be a whole number from {least} to {most}")
        return int(word)

    return read


def _object(word: str) -> dict[str, Any]:
    try:
        read = json.loads(word)
    except ValueError as error:
        raise ArgumentTypeError(f"is not JSON ({error})") from error
    if not isinstance(read, dict):
        raise ArgumentTypeError('must be a JSON object such as {"key": 1}')
    return read


def _add_action(actions: Any, name: str, words: str) -> CommandParser:
    parser: CommandParser = actions.add_parser(name, help=words, description=words)
    add_json(parser)
    return parser


def _add_connector(parser: CommandParser) -> None:
    parser.add_argument(
        "connector", nargs="?", help="slug or package.module:Class (default: the only one)"
    )


def _add_looking(actions: Any) -> None:
    listing = _add_action(actions, "list", "list the recorded licenses")
    listing.add_argument("--email", metavar="PART", help="part of the customer's address")
    listing.add_argument("--standing", choices=[*Standing], help="only licenses with this status")
    environment = listing.add_mutually_exclusive_group()
    environment.add_argument("--sandbox", action="store_true", default=None)
    environment.add_argument("--production", dest="sandbox", action="store_false")
    listing.add_argument(
        "--drifted", action="store_true", help="only licenses that differ from the platform"
    )
    listing.add_argument(
        "--vanished", action="store_true", help="only licenses gone from the platform"
    )
    pending = _add_action(
        actions, "pending", "list changes that are not yet on the platform, with the reason"
    )
    for parser in (listing, pending):
        _add_connector(parser)
        parser.add_argument(
            "--limit", type=_number(1, 10_000), default=100, help="maximum number of rows (100)"
        )
        parser.add_argument(
            "--after", type=_number(0, 2**62), default=0, metavar="N", help="start after this row"
        )
    show = _add_action(actions, "show", "show one license with its audit trail")
    _add_license(show)


def _add_granting(actions: Any) -> None:
    create = _add_action(actions, "create", "create a license for a customer")
    trial = _add_action(actions, "trial", "create a trial for a customer")
    for parser in (create, trial):
        parser.add_argument("connector", help="slug or package.module:Class")
        parser.add_argument("email", help="e-mail address of an integrator.io user")
        parser.add_argument("--edition", default="", help="edition (default: none)")
        _add_choices(parser)
        parser.add_argument("--sandbox", action="store_true", help="for the sandbox environment")
        parser.add_argument("--time-zone", default="", help="the customer's time zone")
        parser.add_argument(
            "--opts", type=_object, default={}, metavar="JSON", help="additional opts"
        )
        parser.add_argument(
            "--another", action="store_true", help="even if the customer already has one"
        )
        _add_by(parser)
    _add_until(create)
    trial.add_argument(
        "--days", type=_number(0, MOST_DAYS), help="default: from the license policy or the class"
    )


def _add_changing(actions: Any) -> None:
    for name, words, arguments in (
        ("child", "add a child license to an installation (2.0)", [_add_opts]),
        ("convert", "turn a trial into a license", [_add_until]),
        ("renew", "set a later last day; reactivates an expired license", [_add_until]),
        ("extend", "add days to the last day", [_add_days]),
        ("change-edition", "change the edition of a license", [_add_edition]),
        ("add-ons", "set the add-ons or stores of a license", [_add_choices]),
        ("expire", "suspend a license now, without a grace period", []),
        ("delete", "delete a license that no installation uses", []),
        ("reactivate", "reactivate a suspended license", [_add_until]),
        ("restore", "recreate a license that is missing from the platform", []),
    ):
        parser = _add_action(actions, name, words)
        _add_license(parser)
        for add in arguments:
            add(parser)
        if name in _CONSEQUENCES:
            add_yes(parser)
        _add_by(parser)


def _add_time(actions: Any) -> None:
    reconcile = _add_action(actions, "reconcile", "compare the records with the platform")
    _add_connector(reconcile)
    reconcile.add_argument(
        "--repair", action="store_true", help="write the recorded values to the platform"
    )
    simulate = _add_action(
        actions, "simulate", "show day by day what will happen to the recorded licenses"
    )
    _add_connector(simulate)
    simulate.add_argument("--days", type=_number(1, 3660), default=400, help="number of days (400)")
    simulate.add_argument(
        "--scenario",
        type=Path,
        metavar="FILE",
        help="file with a JSON list of shop events, instead of the recorded licenses",
    )


def _add_license(parser: CommandParser) -> None:
    parser.add_argument(
        "license",
        help="license id, #number, or the customer's e-mail address if they have one license",
    )


def _add_by(parser: CommandParser) -> None:
    parser.add_argument("--by", help="name for the audit log (default: the system user)")


def _add_until(parser: CommandParser) -> None:
    parser.add_argument("--until", type=_day, required=True, metavar="DAY", help="the last day")


def _add_days(parser: CommandParser) -> None:
    parser.add_argument("--days", type=_number(1, MOST_DAYS), required=True, help="number of days")


def _add_edition(parser: CommandParser) -> None:
    parser.add_argument("edition", help="edition name")


def _add_opts(parser: CommandParser) -> None:
    parser.add_argument("--opts", type=_object, default={}, metavar="JSON", help="license opts")


def _add_choices(parser: CommandParser) -> None:
    parser.add_argument("--add-on", action="append", metavar="NAME", help='repeatable; "" for none')
    parser.add_argument("--stores", type=_number(0, MOST_STORES), help="number of stores")
