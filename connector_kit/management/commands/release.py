"""``manage.py release``: the releases of a connector, and which one new customers get."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from rich.table import Table

from connector_kit.management.base import KitCommand, add_json, add_yes, agree
from connector_kit.models import Release
from connector_kit.publisher import find_connector, find_release
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.live import ReleaseStanding, standings
from connector_kit.publisher.releases import set_default


class Command(KitCommand):
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

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands and their arguments."""
        actions = parser.add_subparsers(dest="action", metavar="list|default")
        _add_action(actions, "list", "list releases, newest first")
        default = _add_action(actions, "default", "set the default release for new installations")
        add_yes(default)

    def run(self, **options: Any) -> None:
        """Do what the subcommand says."""
        if options["action"] == "default":
            self._default(options)
        else:
            self._list({"connector": None, "json": False, **options})

    def _list(self, options: dict[str, Any]) -> None:
        connector = find_connector(options["connector"])
        found = standings(connector)
        if options["json"]:
            told = [standing.to_json() for standing in found]
            self.print_json({"connector": connector.slug, "releases": told})
        else:
            self.console(options).print(_table(found))

    def _default(self, options: dict[str, Any]) -> None:
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
        if options["json"]:
            self.print_json({"connector": connector.slug, "default": wanted.version})
        else:
            self.stdout.write(f"New installations of {connector} now get {wanted.version}.")


def _table(found: Iterable[ReleaseStanding]) -> Table:
    table = Table("version", "published", "installations", "", "digest", box=None)
    for item in found:
        release = item.release
        part = "default" if item.is_default else "" if item.is_live else "not installed"
        published = f"{release.published_at:%Y-%m-%d %H:%M}"
        count = str(item.installations)
        table.add_row(release.version, published, count, part, release.digest[:12])
    return table


def _add_action(actions: Any, name: str, words: str) -> CommandParser:
    parser: CommandParser = actions.add_parser(name, help=words, description=words)
    if name == "default":
        parser.add_argument("of_version", metavar="VERSION", help="such as 1.1.0")
    parser.add_argument(
        "connector", nargs="?", help="slug or package.module:Class (default: the only one)"
    )
    add_json(parser)
    return parser
