"""``connector-kit publish``: bring a version of a connector to the marketplace."""

from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console

from connector_kit.management.base import KitCommand, add_json, agree
from connector_kit.management.plans import field_change, step_lines
from connector_kit.publisher import PublishResult, publish
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.review import review
from connector_kit.publisher.source_integrations import SourcePlan

OBJECTIONS = 3

_TITLES = {"stacks": "stack record", "connectors": "marketplace listing"}


class Command(KitCommand):
    """Publish a connector."""

    help = (
        "Publish a connector: create or update its stack record and marketplace listing, and "
        "record its version as a release. A version is published once; changed content requires "
        "a higher version. Publishing again is safe and corrects drift in the records. On a "
        "terminal, the plan is shown first and carried out when you confirm."
    )
    example = """
connector-kit publish examples.commerce.v1_0:CommerceHub --dry-run
connector-kit publish examples.commerce.v1_0:CommerceHub --check
connector-kit publish examples.commerce.v1_0:CommerceHub
connector-kit publish --yes --json
connector-kit publish --break-installations     (lists what breaks, then prompts)
"""
    exit_codes = {
        0: "done; with --check: no problems",
        1: "error (see stderr), or not confirmed; nothing was changed",
        OBJECTIONS: "with --check: problems found",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument(
            "connector",
            nargs="?",
            help="package.module:Class, a path, or the slug of a published connector (default: "
            "the only one in CONNECTOR_KIT_CONNECTORS)",
        )
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--dry-run", action="store_true", help="show the plan without publishing")
        way.add_argument(
            "--check",
            action="store_true",
            help="only report what the marketplace would refuse and what would fail afterward",
        )
        way.add_argument("--yes", action="store_true", help="do not prompt")
        parser.add_argument(
            "--new-records",
            action="store_true",
            help="create the listing again if the platform has lost it",
        )
        parser.add_argument(
            "--break-installations",
            action="store_true",
            help="publish even if installations lose functions that their version calls, or if "
            "the server cannot report what it serves; what breaks is listed and recorded",
        )
        parser.add_argument(
            "--overwrite-source",
            action="store_true",
            help="framework 2.0: overwrite what somebody edited in the source integration",
        )
        parser.add_argument(
            "--development",
            action="store_true",
            help="publish what has changed as the next 1.1.0-dev.N, without a higher version in "
            "the declaration",
        )
        parser.add_argument(
            "--show-system-token",
            action="store_true",
            help="print the stack's system token when the server does not accept it",
        )
        add_json(parser)

    def run(self, **options: Any) -> int:
        """Check, or publish and report."""
        if options["check"]:
            return self._check(options)
        is_attended = options["break_installations"] or not options["json"]
        if is_attended and not (options["yes"] or options["dry_run"]):
            self._ask(options)
        result = _published(options, dry_run=options["dry_run"])
        token = result.foreign_system_token if options["show_system_token"] else None
        if options["json"]:
            self.print_json(result.to_json() | ({"system_token": token} if token else {}))
            return 0
        _render(result, self.console(options))
        if token:
            self.stdout.write(f"CONNECTOR_KIT_SYSTEM_TOKEN={token}")
        return 0

    def _check(self, options: dict[str, Any]) -> int:
        objections = review(options["connector"])
        if options["json"]:
            self.print_json({"objections": [objection.to_json() for objection in objections]})
            return OBJECTIONS if objections else 0
        console = self.console(options)
        for objection in objections:
            text = f"{objection.where}: {objection.message} ({objection.code})"
            console.print(text, style="red")
            if objection.hint:
                console.print(f"    {objection.hint}")
        noun = "objection" if len(objections) == 1 else "objections"
        count = f"{len(objections)} {noun}."
        console.print(count if objections else "No problems found. It can be published.")
        return OBJECTIONS if objections else 0

    def _ask(self, options: dict[str, Any]) -> None:
        """Show the plan; raise `CommandError` unless the one at the terminal agrees with it."""
        plan = _published(options, dry_run=True)
        if not (plan or plan.broken):
            return
        if not options["json"]:
            _render(plan, self.console(options))
        if plan.broken:
            broken = "\n".join(f"  {objection.message}" for objection in plan.broken)
            agree(f"{broken}\nPublishing will break the calls listed above.", options)
        else:
            agree("This will be published.", options, unattended=True)


def _published(options: dict[str, Any], *, dry_run: bool) -> PublishResult:
    return publish(
        options["connector"],
        dry_run=dry_run,
        new_records=options["new_records"],
        break_installations=options["break_installations"],
        overwrite_source=options["overwrite_source"],
        development=options["development"],
        by=Actor.of_command_line(),
    )


def _render(result: PublishResult, console: Console) -> None:
    release = "new release" if result.to_json()["new_release"] else "known release"
    heading = f"{result.slug} {result.version} ({release}, {result.digest[:12]})"
    console.print(heading, style="bold")
    for record in (result.stack, result.listing):
        title = f"  {_TITLES[record.resource]} {record.id or ''}".rstrip()
        console.print(f"{title}: {record.action}")
        for change in record.changes:
            console.print(f"    {field_change(change.to_json())}")
    if result.source:
        _render_source(result.source, console)
    for objection in result.broken:
        console.print(f"breaks: {objection.message} ({objection.code})", style="bold red")
    for note in result.notes:
        console.print(f"note: {note}", style="yellow")
    if not result:
        console.print("Nothing to do.")
    elif result.dry_run:
        console.print("Dry run: nothing was changed.")


def _render_source(source: SourcePlan, console: Console) -> None:
    plan = source.to_json()
    console.print(f"  source integration {source.id or ''}".rstrip() + f": {plan['action']}")
    for step in plan["components"]:
        for line in step_lines(step):
            console.print(f"    {line}")
