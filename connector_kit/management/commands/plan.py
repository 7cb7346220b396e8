"""``connector-kit plan``: what an update would change, without changing it."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console

from connector_kit.conf import kit
from connector_kit.management.base import KitCommand, add_json
from connector_kit.management.plans import counts, render_plan, total
from connector_kit.publisher import (
    InstallationPlan,
    choose_installations,
    find_connector,
    find_release,
    plan_live,
    plan_offline,
)
from connector_kit.publisher.reach import unreachable

ERROR, BLOCKED = 1, 3


class Command(KitCommand):
    """Plan an update."""

    help = (
        "Show what an update to a release would create, change, and delete in installations. The "
        "platform calls each installation's update function, which only plans and changes "
        "nothing; the server must be running. With --offline, the release is compared with the "
        "recorded last update instead, so customers' edits are not shown."
    )
    example = """
connector-kit plan commerce-hub --installation 64a1f0c2b3d4e5f607182901
connector-kit plan commerce-hub --all --release 1.1.0 --json
connector-kit plan --all --offline
"""
    exit_codes = {
        0: "the update can be applied",
        ERROR: "error, or an installation could not be planned",
        BLOCKED: "conflicts block at least one installation",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument(
            "connector", nargs="?", help="slug or package.module:Class (default: the only one)"
        )
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "--installation",
            nargs="+",
            metavar="ID",
            help="one or more integration ids",
        )
        which.add_argument("--all", action="store_true", help="the whole install base")
        parser.add_argument("--release", metavar="VERSION", help="default: the newest")
        parser.add_argument(
            "--recreate-deleted",
            action="store_true",
            help="recreate components that customers deleted, instead of failing",
        )
        parser.add_argument("--offline", action="store_true", help="use only the recorded state")
        add_json(parser)

    def run(self, **options: Any) -> int:
        """Plan, report, and say by the exit code whether the update could go ahead."""
        connector = find_connector(options["connector"])
        release = find_release(connector, options["release"])
        wanted = choose_installations(connector, options["installation"])
        is_offline = options["offline"]
        # Warned of at once, not refused: the platform may see more than we do.
        for objection in () if is_offline else unreachable(kit().host_uri):
            self.sidelines(options).print(
                f"{objection.message} If integrator.io cannot reach it either, no installation "
                f"will respond, and each times out after {kit().push_timeout_seconds:g} seconds. "
                f"{objection.hint}",
                style="yellow",
            )
        plan = plan_offline if is_offline else plan_live
        answers = plan(connector, wanted, release, recreate_deleted=options["recreate_deleted"])
        if options["json"]:
            results = list(answers)
            self.print_json(_to_json(connector.slug, release.version, results, is_offline))
        else:
            results = _render(answers, self.console(options), is_offline=is_offline)
        if any(result.outcome != "planned" for result in results):
            return ERROR
        return BLOCKED if any(result.is_blocked for result in results) else 0


def _to_json(
    slug: str, version: str, results: list[InstallationPlan], offline: bool
) -> dict[str, Any]:
    return {
        "connector": slug,
        "release": version,
        "source": "records" if offline else "live",
        "summary": total(results),
        "installations": [result.to_json() for result in results],
    }


def _render(
    answers: Iterable[InstallationPlan], console: Console, *, is_offline: bool
) -> list[InstallationPlan]:
    """Print each answer as soon as it arrives, then all in numbers."""
    results = []
    for answer in answers:
        render_plan(answer, console)
        results.append(answer)
    console.print(f"{len(results)} installations: {counts(total(results))}", style="bold")
    if is_offline:
        console.print(
            "Based on recorded state only; customers' edits since the last update are not shown."
        )
    return results
