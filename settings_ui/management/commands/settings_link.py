"""``connector-kit settings-link``: let a customer see the settings of one installation."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from rich.table import Table

from connector_kit.management.base import KitCommand, Options, add_json, add_yes, agree
from connector_kit.models import Installation
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.finding import require_installations
from connector_kit.publisher.settings_links import (
    LIFETIME,
    LONGEST,
    make_link,
    open_links,
    revoke_link,
    revoke_links,
)


class Command(KitCommand):
    """Print a link that opens the settings pages of one installation for a while; or end links."""

    help = (
        "Print a signed link to the settings of one installation. With --list, show the active "
        "links; with --revoke, end links and the pages opened with them."
    )
    example = """
connector-kit settings-link 64a1f0c2b3d4e5f607182901
connector-kit settings-link 64a1f0c2b3d4e5f607182901 --hours 2 --json
connector-kit settings-link 64a1f0c2b3d4e5f607182901 --list
connector-kit settings-link 64a1f0c2b3d4e5f607182901 --revoke 7 --yes
"""
    expected = (*KitCommand.expected, PublisherError)

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the installation, the lifetime, and what else can be done with links."""
        parser.add_argument("integration", help="the installation's integration ID")
        parser.add_argument(
            "--hours",
            type=_hours,
            default=LIFETIME,
            metavar="N",
            help=f"hours until the link expires (default 24, at most {LONGEST.days * 24})",
        )
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument("--list", action="store_true", help="list the active links")
        instead.add_argument("--revoke", type=int, metavar="LINK", help="end this link permanently")
        instead.add_argument("--revoke-all", action="store_true", help="end all links permanently")
        add_json(parser)
        add_yes(parser)

    def run(self, **options: Any) -> None:
        """Carry out the command, and record it."""
        wanted = options["integration"]
        require_installations(None, [wanted])
        installation = Installation.objects.get(integration_id=wanted)
        if options["list"]:
            self._list(installation, options)
        elif options["revoke"] is not None or options["revoke_all"]:
            self._revoke(installation, options)
        else:
            link = make_link(installation, lifetime=options["hours"], by=Actor.of_command_line())
            answer = {"id": link.id, "url": link.url, "until": link.until}
            self.show(answer, link.url, options)

    def _list(self, installation: Installation, options: Options) -> None:
        table = Table("link", "created by", "made", "ends", box=None)
        documents = []
        for link in open_links(installation):
            times = (f"{moment:%Y-%m-%d %H:%M}" for moment in (link.made_at, link.expires_at))
            table.add_row(str(link.pk), link.made_by, *times)
            documents.append(
                {
                    "id": link.pk,
                    "made_by": link.made_by,
                    "made_at": link.made_at,
                    "until": link.expires_at,
                }
            )
        self.show({"links": documents}, table, options)

    def _revoke(self, installation: Installation, options: Options) -> None:
        what = "All links" if options["revoke_all"] else f"Link {options['revoke']}"
        agree(
            f"{what} to the settings of {installation} will be revoked permanently, along with "
            "the pages opened with them.",
            options,
        )
        by = Actor.of_command_line()
        if options["revoke_all"]:
            count = revoke_links(installation, by=by)
        else:
            revoke_link(installation, options["revoke"], by=by)
            count = 1
        self.show({"revoked": count}, f"Links revoked: {count}.", options)


def _hours(word: str) -> timedelta:
    try:
        lifetime = timedelta(hours=float(word))
    except (ValueError, OverflowError) as error:
        raise ArgumentTypeError(f"{word!r} is not a number of hours") from error
    if not timedelta() < lifetime <= LONGEST:
        raise ArgumentTypeError(f"must be more than 0 and at most {LONGEST.days * 24}")
    return lifetime
