"""``manage.py release``: the releases of a connector, and which one new customers get."""

from __future__ import annotations

from django.core.management.base import CommandParser
from rich.table import Table

from connector_kit.management.base import (
    Action,
    ActionsCommand,
    KitCommand,
    Options,
    add_connector,
    add_yes,
    agree,
)
from connector_kit.models import Release, SourceIntegration
from connector_kit.publisher import find_connector, find_release
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.live import standings
from connector_kit.publisher.releases import set_default


class List(Action):
    """Lists releases, with what each is to the install base."""

    words = "list releases, newest first"

    def add_arguments(self, parser: CommandParser) -> None:
        add_connector(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        connector = find_connector(options["connector"])
        releases = standings(connector)
        table = Table("version", "published", "installations", "", "digest", box=None)
        for standing in releases:
            release = standing.release
            remark = (
                "default" if standing.is_default else "" if standing.is_live else "not installed"
            )
            published = f"{release.published_at:%Y-%m-%d %H:%M}"
            count = str(standing.installations)
            table.add_row(release.version, published, count, remark, release.digest[:12])
        documents = [standing.to_json() for standing in releases]
        source = SourceIntegration.objects.filter(connector=connector).first()
        answer = {
            "connector": connector.slug,
            "releases": documents,
            "source_integration": source.to_json() if source else None,
        }
        command.show(answer, table, options)
        if source and not options["json"]:
            version = source.release.version if source.release else "incomplete"
            identity = source.integration_id or "not made yet"
            command.stdout.write(f"\nSource integration {identity}: {version}")
            if source.problem:
                command.stderr.write(source.problem)


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
    """Lists releases, and moves the default."""

    help = (
        "Show a connector's releases, how many installations have each, and which one is the "
        "default for new installations. The default changes when a rollout to the whole install "
        "base completes, or with this command."
    )
    example = """
manage.py release
manage.py release list commerce-hub --json
manage.py release default 1.1.0
manage.py release default 1.1.0 commerce-hub --yes
"""
    actions = {"list": List(), "default": Default()}
    default = {"action": "list", "connector": None}
