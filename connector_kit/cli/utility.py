"""Django's command line under the kit's name: help by task, and the kit's own version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version

import django
from django.conf import settings
from django.core.management import BaseCommand, ManagementUtility, get_commands, load_command_class

from connector_kit.documents.ids import is_id

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Write a connector": {
        "new": "create a package for a new connector, with tests",
        "test": "run a package's tests, in a local integrator.io",
        "adopt": "turn an integration that exists into a connector",
        "blueprint": "show what a connector declares",
        "dev": "run everything a connector needs, and watch the package",
        "check": "report every mistake of settings and declarations",
        "invoke": "call one function as integrator.io would",
        "record": "keep samples of live calls, for tests",
        "sandbox": "start a local integrator.io",
        "install": "install a connector for a customer of the sandbox",
        "run": "run a flow there",
        "uninstall": "remove a connector there",
    },
    "Publish": {
        "publish": "publish a version of a connector to the marketplace",
        "release": "list releases, and choose the one that new customers get",
        "plan": "show what an update would change in each account",
        "takeover": "take over installations that other code made",
    },
    "Run the install base": {
        "installbase": "read the install base, and list it",
        "rollout": "roll a release out, watch it, roll it back",
        "license": "grant, change, and reconcile licenses",
        "settings-link": "let a customer open the settings of an installation",
        "logs": "show what happened to an installation or in a rollout",
        "usage": "count runs, records, and errors",
    },
    "Deploy in accounts that you hold tokens of": {
        "embedded": "deploy connectors there, run and update them",
    },
    "Serve": {
        "migrate": "create or update the database",
        "serve": "serve functions, pages, and the REST API",
        "stack": "serve functions alone, without a database",
        "redis": "show or stop the embedded Redis",
        "doctor": "find out what is missing or cannot be reached",
        "staff": "give people access to the console",
        "token": "create keys to the REST API",
    },
    "At your desk": {
        "catalog": "print every command with its options, for agents",
        "completion": "complete commands and options in your shell",
    },
}
"""Commands by what one wants to do, in the order in which one comes to need them."""

STATELESS = ("help", "--help", "-h", "catalog", "completion", "new", "test")
"""What needs neither settings nor data, so that it works, and leaves nothing, in any folder."""


def is_stateless(words: Sequence[str]) -> bool:
    """Whether the command line *words* works without settings: not where an account is read."""
    if words[0] == "new" and any(is_id(word.rpartition("=")[2]) for word in words[1:]):
        return False
    return words[0] in STATELESS


class Utility(ManagementUtility):
    """Runs commands as ``manage.py`` does; ``help`` lists the kit's own by task."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Return the command; its name is written with hyphens here, with underscores in Python."""
        return super().fetch_command(subcommand.replace("-", "_"))

    def main_help_text(self, commands_only: bool = False) -> str:
        """Return the commands by task with a line for each, or just all names (Django's too)."""
        if commands_only:
            return super().main_help_text(commands_only=True)
        width = max(len(name) for summaries in GROUPS.values() for name in summaries)
        lines = [
            f"Connector Kit {version('connector-kit')}",
            "",
            f"Usage: {self.prog_name} COMMAND [OPTIONS]",
        ]
        for title, summaries in GROUPS.items():
            lines += ["", f"{title}:"]
            lines += [f"  {name:{width}}  {summary}" for name, summary in summaries.items()]
        lines += [
            "",
            f"'{self.prog_name} help COMMAND' shows its options, with examples.",
            f"'{self.prog_name} help --commands' lists Django's commands, too.",
        ]
        return "\n".join(lines)


def find_command(name: str) -> BaseCommand | None:
    """Return the command *name*, written with hyphens; None if there is none."""
    module = name.replace("-", "_")
    package = get_commands().get(module)
    return load_command_class(str(package), module) if package else None


def configure_stateless() -> None:
    """Configure Django with no more than commands need to be listed and described."""
    apps = ("contenttypes", "auth")
    settings.configure(
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in apps), "connector_kit", "settings_ui"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        CONNECTOR_KIT={},
    )
    django.setup()
