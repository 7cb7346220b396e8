"""Finding recorded licenses: one by what a person types, many in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from connector_kit.models import Connector, Installation, License, LicenseEvent, Subscription
from connector_kit.publisher.licenses.errors import UnknownLicense
from connector_kit.publisher.licenses.rows import edition_in_force, terms_of, wanted_json


@dataclass(frozen=True)
class LicenseFilter:
    """Which licenses are meant; None leaves a property open."""

    email: str | None = None
    """Part of the address, in any case."""
    standing: str | None = None
    sandbox: bool | None = None
    drifted: bool = False
    pending: bool = False
    vanished: bool = False
    ends: date | None = None
    """The last day: the agreed one, or else the platform's."""


@dataclass(frozen=True)
class LicensePage:
    """A page of licenses, in the order in which they were recorded."""

    rows: tuple[License, ...]
    total: int
    standings: dict[str, int]
    """How many of the total have each standing; under "" those with the platform's dates."""
    next_after: int | None
    """Pass it as *after* for the next page; None on the last one."""

    def to_json(self) -> dict[str, Any]:
        """Return the page as JSON."""
        return {
            "licenses": [license_json(row) for row in self.rows],
            "total": self.total,
            "standings": self.standings,
            "next_after": self.next_after,
        }


def list_licenses(
    connector: Connector | None,
    wanted: LicenseFilter = LicenseFilter(),
    *,
    after: int = 0,
    limit: int = 100,
) -> LicensePage:
    """Return the page of at most *limit* licenses that follows the row *after*.

    Without *connector*: those of all.
    """
    matching = matching_licenses(connector, wanted)
    standings = by_standing(matching)
    page = matching.filter(pk__gt=after).select_related("connector", "parent").order_by("pk")
    rows = tuple(page[: limit + 1])
    return LicensePage(
        rows=rows[:limit],
        total=sum(standings.values()),
        standings=standings,
        next_after=rows[limit - 1].pk if len(rows) > limit else None,
    )


def by_standing(rows: QuerySet[License]) -> dict[str, int]:
    """Return how many of *rows* stand where; under "" those whose dates are the platform's."""
    return dict(rows.order_by("standing").values_list("standing").annotate(count=Count("pk")))


def lost_licenses(connector: Connector | None = None, *, limit: int = 100) -> list[License]:
    """Return licenses in force that the platform no longer has, of *connector* or of all."""
    rows = License.objects.lost().select_related("connector", "parent").order_by("pk")
    return list(rows.filter(connector=connector)[:limit] if connector else rows[:limit])


def refused_subscriptions(limit: int = 100) -> list[dict[str, Any]]:
    """Return the shop's subscriptions that result in no license, with the reason."""
    rows = Subscription.objects.exclude(code="").order_by("pk")[:limit]
    return [{"subscription": row.key, "code": row.code, "message": row.message} for row in rows]


def find_license(word: str) -> License:
    """Return the license that *word* names: its id at the platform, ``#<number>`` or an address.

    An address names the license of an installation; those of its stores are children of it.
    Raises `UnknownLicense` when there is none, or when an address has several.
    """
    rows = License.objects.select_related("connector", "parent")
    number = word.removeprefix("#")
    if number.isdecimal() and len(number) < 19:
        found = list(rows.filter(Q(pk=int(number)) | Q(license_id=number)))
    else:
        found = list(rows.filter(license_id=word)) or list(
            rows.known().filter(email__iexact=word, parent=None, parent_license_id="")[:6]
        )
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnknownLicense(
            f"There is no license {word!r} here. To read licenses from the platform, run "
            "'connector-kit license reconcile'; to list them, 'connector-kit license list'."
        )
    several = ", ".join(f"#{row.pk} ({row.license_id or 'pending'})" for row in found)
    raise UnknownLicense(f"{word} has several licenses: {several}. Choose one.")


def license_json(row: License) -> dict[str, Any]:
    """Return a license as JSON."""
    terms = terms_of(row)
    return {
        "number": row.pk,
        "license_id": row.license_id,
        "connector": row.connector.slug,
        "email": row.email,
        "sandbox": row.sandbox,
        "standing": row.standing,
        "edition_in_force": edition_in_force(row),
        **wanted_json(row),
        "switched_off_at": terms.switched_off_at if terms else None,
        "platform": {
            "expires": row.expires,
            "trial_ends": row.trial_ends,
            "integration_id": row.integration_id,
            "user_name": row.user_name,
            "type": row.type,
            "parent_license_id": row.parent_license_id,
            "resumable": row.resumable,
            "opts": row.live.get("opts"),
        },
        "drift": row.drift,
        "code": row.code,
        "message": row.message,
        "attempts": row.attempts,
        "next_attempt_at": row.deliver_at,
        "vanished_at": row.vanished_at,
    }


def licenses_of(installation: Installation) -> list[License]:
    """Return the licenses that *installation* uses: one, and those of its children."""
    rows = License.objects.present().filter(integration_id=installation.integration_id)
    return list(rows.select_related("connector", "parent").order_by("pk"))


def trail_of(license: License, *, limit: int = 100) -> list[LicenseEvent]:  # noqa: A002
    """Return what was done with *license*, the newest *limit* entries first."""
    return list(license.events.order_by("-at", "-pk")[:limit])


def matching_licenses(connector: Connector | None, wanted: LicenseFilter) -> QuerySet[License]:
    """Return the licenses of *connector*, or of all, that are *wanted*."""
    rows = License.objects.filter(vanished_at__isnull=not wanted.vanished)
    if wanted.pending and not wanted.vanished:
        rows = License.objects.pending()
    conditions: dict[str, Any] = {
        "connector": connector,
        "email__icontains": wanted.email,
        "standing": wanted.standing,
        "sandbox": wanted.sandbox,
        "drifted_at__isnull": False if wanted.drifted else None,
    }
    rows = rows.filter(**{name: value for name, value in conditions.items() if value is not None})
    if wanted.ends is not None:
        rows = rows.ending(wanted.ends, wanted.ends)
    return rows & License.objects.pending() if wanted.pending and wanted.vanished else rows
