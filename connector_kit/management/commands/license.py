"""``connector-kit license``: what the publisher does with licenses."""

from __future__ import annotations

import json
from abc import abstractmethod
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from connector_kit.licensing import MOST_DAYS, MOST_STORES
from connector_kit.licensing.days import day
from connector_kit.management.base import (
    Action,
    ActionsCommand,
    KitCommand,
    Options,
    add_yes,
    agree,
    whole_number,
)
from connector_kit.management.licenses import (
    NEEDS_ATTENTION,
    List,
    Pending,
    Reconcile,
    Show,
    Simulate,
    add_license,
    license_table,
)
from connector_kit.models import License
from connector_kit.publisher import find_connector, licenses
from connector_kit.publisher.actions import Actor


class LicenseAction(Action):
    """Creates or changes a license, then shows it."""

    @abstractmethod
    def act(self, options: Options, by: Actor) -> License:
        """Do it, and return the license."""

    def run(self, command: KitCommand, options: Options) -> int:
        by = Actor(options["by"]) if options["by"] else Actor.of_command_line()
        row = licenses.find_license(f"#{self.act(options, by).pk}")
        command.show(licenses.license_json(row), license_table(row), options)
        return NEEDS_ATTENTION if row.code else 0


class _Grant(LicenseAction):
    """A license for a customer who has none."""

    def add_arguments(self, parser: CommandParser) -> None:
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

    def request(self, options: Options) -> licenses.LicenseRequest:
        """Return what is requested for whom."""
        return licenses.LicenseRequest(
            email=options["email"],
            edition=options["edition"],
            add_ons=_add_ons(options),
            stores=options["stores"],
            sandbox=options["sandbox"],
            time_zone=options["time_zone"],
            opts=options["opts"],
        )


class Create(_Grant):
    """Creates a license that ends on an agreed day."""

    words = "create a license for a customer"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        _add_until(parser)

    def act(self, options: Options, by: Actor) -> License:
        connector, request = find_connector(options["connector"]), self.request(options)
        until, another = options["until"], options["another"]
        return licenses.create(connector, request, until=until, by=by, another=another)


class Trial(_Grant):
    """Creates a trial."""

    words = "create a trial for a customer"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--days",
            type=whole_number(0, MOST_DAYS),
            help="default: from the license policy or the class",
        )

    def act(self, options: Options, by: Actor) -> License:
        connector, request = find_connector(options["connector"]), self.request(options)
        days, another = options["days"], options["another"]
        return licenses.trial(connector, request, days=days, by=by, another=another)


@dataclass(frozen=True)
class Change(LicenseAction):
    """Changes a license that there is."""

    words: str
    change: Callable[[License, Options, Actor], License]
    arguments: Sequence[Callable[[CommandParser], None]] = ()
    consequence: str = ""
    """What it does that cannot easily be undone and therefore needs consent."""

    def add_arguments(self, parser: CommandParser) -> None:
        add_license(parser)
        for add in self.arguments:
            add(parser)
        if self.consequence:
            add_yes(parser)
        _add_by(parser)

    def act(self, options: Options, by: Actor) -> License:
        row = licenses.find_license(options["license"])
        if self.consequence:
            agree(self.consequence.format(row), options)
        return self.change(row, options, by)


def _day(word: str) -> date:
    try:
        return day(word)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _object(word: str) -> dict[str, Any]:
    try:
        value = json.loads(word)
    except ValueError as error:
        raise ArgumentTypeError(f"is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise ArgumentTypeError('must be a JSON object such as {"key": 1}')
    return value


def _add_by(parser: CommandParser) -> None:
    parser.add_argument("--by", help="name for the audit log (default: the system user)")


def _add_until(parser: CommandParser) -> None:
    parser.add_argument("--until", type=_day, required=True, metavar="DAY", help="the last day")


def _add_days(parser: CommandParser) -> None:
    parser.add_argument(
        "--days", type=whole_number(1, MOST_DAYS), required=True, help="number of days"
    )


def _add_edition(parser: CommandParser) -> None:
    parser.add_argument("edition", help="edition name")


def _add_opts(parser: CommandParser) -> None:
    parser.add_argument("--opts", type=_object, default={}, metavar="JSON", help="license opts")


def _add_choices(parser: CommandParser) -> None:
    parser.add_argument("--add-on", action="append", metavar="NAME", help='repeatable; "" for none')
    parser.add_argument("--stores", type=whole_number(0, MOST_STORES), help="number of stores")


def _add_ons(options: Options) -> tuple[str, ...] | None:
    names = options["add_on"]
    return None if names is None else tuple(name for name in names if name)


class Command(ActionsCommand):
    """Create, change, show, and simulate licenses."""

    help = "Create and change a connector's licenses, and compare them with the platform."
    example = """
connector-kit license create commerce-hub customer@example.com --until 2027-12-31 --edition premium
connector-kit license trial commerce-hub customer@example.com --days 30 --time-zone Europe/Berlin
connector-kit license convert customer@example.com --until 2027-12-31
connector-kit license change-edition 64a1f0c2b3d4e5f607182901 premium
connector-kit license list commerce-hub --standing grace --json
connector-kit license pending
connector-kit license reconcile commerce-hub --repair
connector-kit license simulate commerce-hub --days 400
"""
    exit_codes = {
        0: "done",
        1: "error (see stderr)",
        NEEDS_ATTENTION: "recorded but not yet on the platform; pending: grants are waiting; "
        "reconcile: a license differs or an active license is missing",
    }
    actions = {
        "list": List(),
        "pending": Pending(),
        "show": Show(),
        "create": Create(),
        "trial": Trial(),
        "child": Change(
            "add a child license to an installation (2.0)",
            lambda row, options, by: licenses.child(row, by=by, opts=options["opts"]),
            [_add_opts],
        ),
        "convert": Change(
            "turn a trial into a license",
            lambda row, options, by: licenses.convert(row, until=options["until"], by=by),
            [_add_until],
        ),
        "renew": Change(
            "set a later last day; reactivates an expired license",
            lambda row, options, by: licenses.renew(row, until=options["until"], by=by),
            [_add_until],
        ),
        "extend": Change(
            "add days to the last day",
            lambda row, options, by: licenses.extend(row, days=options["days"], by=by),
            [_add_days],
        ),
        "change-edition": Change(
            "change the edition of a license",
            lambda row, options, by: licenses.change_edition(row, options["edition"], by=by),
            [_add_edition],
        ),
        "add-ons": Change(
            "set the add-ons or stores of a license",
            lambda row, options, by: licenses.set_add_ons(
                row, by=by, add_ons=_add_ons(options), stores=options["stores"]
            ),
            [_add_choices],
        ),
        "expire": Change(
            "suspend a license now, without a grace period",
            lambda row, _, by: licenses.expire(row, by=by),
            consequence="The license of {0.email} for {0.connector} will end now, without a grace "
            "period. The connector stops in the customer's account.",
        ),
        "delete": Change(
            "delete a license that no installation uses",
            lambda row, _, by: licenses.delete(row, by=by),
            consequence="The license of {0.email} for {0.connector} will be removed permanently.",
        ),
        "reactivate": Change(
            "reactivate a suspended license",
            lambda row, options, by: licenses.reactivate(row, until=options["until"], by=by),
            [_add_until],
        ),
        "restore": Change(
            "recreate a license that is missing from the platform",
            lambda row, _, by: licenses.restore(row, by=by),
        ),
        "reconcile": Reconcile(),
        "simulate": Simulate(),
    }
