"""``manage.py settings_link``: let a customer see the settings of one installation."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser

from connector_kit.management.base import KitCommand, add_json
from connector_kit.models import Installation
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.finding import require_installations
from connector_kit.publisher.settings_links import LIFETIME, LONGEST, make_link


class Command(KitCommand):
    """Print a link that opens the settings pages of one installation for a while."""

    help = "Print a signed link that opens the settings of one installation, and of no other."
    example = """
manage.py settings_link 64a1f0c2b3d4e5f607182901
manage.py settings_link 64a1f0c2b3d4e5f607182901 --hours 2 --json
"""
    expected = (*KitCommand.expected, PublisherError)

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the installation and the lifetime."""
        parser.add_argument("integration", help="_id of the installation's integration")
        parser.add_argument(
            "--hours",
            type=_hours,
            default=LIFETIME,
            metavar="N",
            help=f"how long the link opens anything (24, at most {LONGEST.days * 24})",
        )
        add_json(parser)

    def run(self, **options: Any) -> None:
        """Make the link, and record that it was made."""
        wanted = options["integration"]
        require_installations(None, [wanted])
        installation = Installation.objects.get(integration_id=wanted)
        link = make_link(installation, lifetime=options["hours"], by=Actor.of_command_line())
        if options["json"]:
            self.print_json({"url": link.url, "until": link.until})
        else:
            self.stdout.write(link.url)


def _hours(word: str) -> timedelta:
    try:
        lifetime = timedelta(hours=float(word))
    except (ValueError, OverflowError) as error:
        raise ArgumentTypeError(f"{word!r} is not a number of hours") from error
    if not timedelta() < lifetime <= LONGEST:
        raise ArgumentTypeError(f"has to be more than 0, and at most {LONGEST.days * 24}")
    return lifetime
