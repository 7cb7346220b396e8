"""``connector-kit takeover``: make installations that other code made the kit's."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from connector_kit.conf import kit
from connector_kit.management.base import KitCommand, add_connector, add_json, add_yes, agree
from connector_kit.management.takeovers import progress_line, render_report
from connector_kit.models import Connector, DryRun
from connector_kit.publisher import find_connector
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.reach import unreachable
from connector_kit.publisher.takeovers import (
    base_of,
    begin,
    report,
    rules_of,
    takeovers,
    to_take_over,
    watch_takeover,
)

ERROR, AMBIGUOUS = 1, 3


class Command(KitCommand):
    """Take an install base over."""

    help = (
        "Take over installations that other code made, such as a connector of the Node extension: "
        "recognize each document with the connector's tag, and record it as a component. Without "
        "--apply, shows what would be recognized, by which rule, and what customers have edited, "
        "and changes nothing. With --apply, writes external ids and the records; edits, settings, "
        "hooks, and leftovers stay. The platform calls each installation's update function; the "
        "server must be running. An interrupted takeover is finished by a worker, or by the same "
        "command. See docs/takeover.md."
    )
    example = """
connector-kit takeover orders-to-erp
connector-kit takeover orders-to-erp --installation 64a1f0c2b3d4e5f607182901 --map rules.json
connector-kit takeover orders-to-erp --base old_connector:OrdersToErp --apply --yes
connector-kit takeover orders-to-erp --show --json
"""
    exit_codes = {
        0: "all installations can be taken over, or were",
        ERROR: "error, or an installation did not answer or failed",
        AMBIGUOUS: "documents of at least one installation are ambiguous; it was left alone",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        add_connector(parser)
        parser.add_argument(
            "--installation",
            nargs="+",
            metavar="ID",
            help="integration ids (default: all installations that are on no record)",
        )
        parser.add_argument(
            "--base",
            metavar="VERSION|CLASS",
            help="what documents are compared with: a release, or package.module:Class of the "
            "version that customers have now (default: the newest release)",
        )
        parser.add_argument(
            "--map",
            type=Path,
            metavar="FILE",
            help="JSON with rules that complete those of the class: match, leave, settings",
        )
        parser.add_argument("--apply", action="store_true", help="take over what is not ambiguous")
        parser.add_argument(
            "--show", action="store_true", help="show the newest takeover again, asking no one"
        )
        add_yes(parser)
        add_json(parser)

    def run(self, **options: Any) -> int:
        """Plan or apply, show it, and say by the exit code how it went."""
        connector = find_connector(options["connector"])
        if options["show"]:
            dry_run = takeovers(connector).first()
            if dry_run is None:
                raise CommandError(f"No takeover of {connector.slug} is recorded.")
        else:
            dry_run = self._asked(connector, options)
            if dry_run is None:
                self.sidelines(options).print("Every installation is on record: nothing to do.")
                return 0
        answer = report(dry_run)
        if options["json"]:
            self.print_json(answer)
        else:
            render_report(answer, self.console(options))
        outcomes = answer["outcomes"].keys()
        if outcomes - {"planned", "taken_over", "ambiguous"}:
            return ERROR
        return AMBIGUOUS if "ambiguous" in outcomes else 0

    def _asked(self, connector: Connector, options: Any) -> DryRun | None:
        """Ask the installations, with progress; None when there is none to ask."""
        base = base_of(connector, options["base"])
        rules = rules_of(connector, _read(options["map"]))
        chosen = to_take_over(connector, options["installation"])
        if not chosen:
            return None
        sidelines = self.sidelines(options)
        for objection in unreachable(kit().host_uri):
            sidelines.print(f"{objection.message} {objection.hint}", style="yellow")
        if options["apply"]:
            agree(
                f"Take over {len(chosen)} installations of {connector.slug}, compared with "
                f"{base.version}: external ids are written, nothing else changes.",
                options,
            )
        dry_run = begin(connector, chosen, base, rules, may_write=options["apply"], by=THE_KIT)
        asked = dry_run.answers.count()
        for done, result in enumerate(watch_takeover(dry_run), 1):
            sidelines.print(progress_line(done, asked, result))
        return dry_run


def _read(path: Path | None) -> Any:
    if path is None:
        return None
    try:
        return json.loads(path.read_text())
    except OSError as error:
        raise CommandError(f"--map: {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CommandError(f"--map: {path} is not JSON: {error}.") from error
