"""Add-ons of framework 2.0, which follow the license: a change of it is ordered as an update.

In 1.0 the customer installs and removes add-ons; 2.0 has no such pages. A worker pushes what is
ordered here (`connector_kit.publisher.pushing`).
"""

from __future__ import annotations

from collections.abc import Iterable

from connector_kit.blueprint import Blueprint
from connector_kit.blueprint.entitlements import of_license
from connector_kit.models import Installation, License, Order, Release


def order_add_ons(licenses: Iterable[License]) -> int:
    """Order an update, at their own version, of installations that lack licensed add-ons.

    Or that have others; returns how many. *licenses* are as the platform has them. Those of stores
    count for the stores. Twice does no harm.
    """
    granted = {row.integration_id: row.live.get("opts") or {} for row in licenses}
    rows = Installation.objects.active().marketplace().exclude(release=None)
    complete = rows.filter(integration_id__in=filter(None, granted), mode="settings")
    blueprints: dict[Release, Blueprint] = {}
    ordered = 0
    for installation in complete.select_related("release"):
        if (release := installation.release) is None:
            continue
        if release not in blueprints:
            blueprints[release] = release.blueprint()
        blueprint = blueprints[release]
        wanted = of_license(blueprint.offer, granted[installation.integration_id]).add_ons
        waiting = installation.orders.open().filter(kind=Order.Kind.SETTINGS, begun_at=None)
        if (
            blueprint.schema.framework == 2
            and wanted != installation.add_ons.keys()
            and not waiting.exists()
        ):
            Order.objects.place(installation, Order.Kind.SETTINGS, release, by="license")
            ordered += 1
    return ordered
