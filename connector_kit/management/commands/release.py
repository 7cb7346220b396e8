"""``connector-kit release``: the releases of a connector, and which one new customers get."""

from __future__ import annotations

from django.core.management.base import CommandParser
from rich.table import Table

from connector_kit.management.base import (
    Action,
    ActionsCommand,
    KitCommand,
    Options,
    add_connector,
    add_page,
    add_yes,
    agree,
    page_of,
    say_more,
)
from connector_kit.management.differences import diff_document, render_diff
from connector_kit.models import Release, SourceIntegration
from connector_kit.publisher import find_connector, find_release
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.differences import called_by
from connector_kit.publisher.live import ReleaseStanding, standings
from connector_kit.publisher.releases import set_default


class List(Action):
    """Lists releases, with what each is to the install base."""

    words = "list releases, newest first"

    def add_arguments(self, parser: CommandParser) -> None:
        add_connector(parser)
        add_page(parser, "releases", "version")

    def run(self, command: KitCommand, options: Options) -> None:
        connector = find_connector(options["connector"])
        releases, next_after = page_of(
            standings(connector), options, lambda standing: standing.release.version
        )
        table = Table("version", "published", "installations", "", "digest", box=None)
        for standing in releases:
            release = standing.release
            published = f"{release.published_at:%Y-%m-%d %H:%M}"
            count = str(standing.installations)
            table.add_row(release.version, published, count, _remark(standing), release.digest[:12])
        documents = [standing.to_json() for standing in releases]
        source = SourceIntegration.objects.filter(connector=connector).first()
        answer = {
            "connector": connector.slug,
            "releases": documents,
            "source_integration": source.to_json() if source else None,
            "next_after": next_after,
        }
        command.show(answer, table, options)
        if options["json"]:
            return
        say_more(command, next_after, options)
        if source:
            version = source.release.version if source.release else "incomplete"
            identity = source.integration_id or "not made yet"
            command.stdout.write(f"\nSource integration {identity}: {version}")
            if source.problem:
                command.stderr.write(source.problem)


class Show(Action):
    """Shows one release."""

    words = "show a release: its components, the functions that it calls, and who has it"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "of_version", metavar="VERSION", nargs="?", help="such as 1.1.0 (default: the newest)"
        )
        add_connector(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        connector = find_connector(options["connector"])
        release = find_release(connector, options["of_version"])
        standing = next(entry for entry in standings(connector) if entry.release == release)
        blueprint, calls = release.blueprint(), called_by(release)
        components = [
            {"externalId": item.external_id, "resource": item.resource, "digest": item.digest}
            for item in blueprint.components
        ]
        answer = {
            "connector": connector.slug,
            **standing.to_json(),
            "framework": blueprint.framework,
            "components": components,
            "functions": [call._asdict() for call in calls],
        }
        if options["json"]:
            command.print_json(answer)
            return
        console = command.console(options)
        remark = _remark(standing)
        console.print(f"{release}{f' ({remark})' if remark else ''}", style="bold")
        console.print(f"published      {release.published_at:%Y-%m-%d %H:%M} UTC")
        console.print(f"installations  {standing.installations}")
        console.print(f"digest         {release.digest}", soft_wrap=True)
        table = Table("component", "resource", box=None)
        for component in components:
            table.add_row(component["externalId"], component["resource"])
        console.print(table)
        functions = ", ".join(map(str, calls)) or "none"
        console.print(f"functions      {functions}", soft_wrap=True)


class Diff(Action):
    """Compares two releases."""

    words = "show which components, fields, and functions differ between two releases"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("older", metavar="OLDER", help="version to compare with")
        parser.add_argument(
            "newer", metavar="NEWER", nargs="?", help="version to compare (default: the newest)"
        )
        add_connector(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        connector = find_connector(options["connector"])
        older = find_release(connector, options["older"])
        newer = find_release(connector, options["newer"])
        if options["json"]:
            command.print_json({"connector": connector.slug, **diff_document(older, newer)})
            return
        console = command.console(options)
        console.print(f"{connector.slug}: {older.version} → {newer.version}", style="bold")
        render_diff(older, newer, console)


class Default(Action):
    """Moves the default release."""

    words = "set the default release for new installations"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("of_version", metavar="VERSION", help="such as 1.1.0")
        add_connector(parser)
        add_yes(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        connector = find_connector(options["connector"])
        wanted = find_release(connector, options["of_version"])
        before = Release.objects.default(connector)
        if before != wanted:
            agree(
                f"New installations of {connector} will get {wanted.version} instead of "
                f"{before.version if before else 'nothing'}. Existing installations are not "
                "updated.",
                options,
                unattended=True,
            )
        set_default(connector, wanted.version, by=Actor.of_command_line())
        command.show(
            {"connector": connector.slug, "default": wanted.version},
            f"New installations of {connector} now get {wanted.version}.",
            options,
        )


class Command(ActionsCommand):
    """Lists, shows, and compares releases, and moves the default."""

    help = (
        "Show a connector's releases, how many installations have each, and which one is the "
        "default for new installations; show or compare what they contain. The default changes "
        "when a rollout to the whole install base completes, or with this command."
    )
    example = """
connector-kit release
connector-kit release list commerce-hub --json
connector-kit release show 1.1.0
connector-kit release diff 1.0.0 1.1.0
connector-kit release diff 1.0.0 1.1.0 commerce-hub --json
connector-kit release default 1.1.0
connector-kit release default 1.1.0 commerce-hub --yes
"""
    actions = {"list": List(), "show": Show(), "diff": Diff(), "default": Default()}
    default = {"action": "list", "connector": None, "after": None, "limit": 100}


def _remark(standing: ReleaseStanding) -> str:
    if standing.is_default:
        return "default"
    return "" if standing.is_live else "not installed"
