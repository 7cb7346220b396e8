"""Releases without a marketplace: what embedded deployments are made from."""

from __future__ import annotations

from django.db import transaction

from connector_kit.blueprint import Blueprint
from connector_kit.models import Connector, Release
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.publisher.errors import VersionTaken
from connector_kit.publisher.objections import Weight, of_weight
from connector_kit.publisher.review import examine, examined_code, refuse


def record_release(
    target: str | None = None, *, break_installations: bool = False, by: Actor = THE_KIT
) -> Release:
    """Record the connector at *target*, by default the only configured one, as a release.

    Nothing is sent to the platform: there is no listing, no license and no stack record of its own.
    A connector that is published in the marketplace as well has its releases already. As for
    `publish`, installations must not lose functions that their version calls, unless
    *break_installations* allows it; the audit log then names *by*.

    Raises `DeclarationError` with every problem, `VersionTaken` for other content, and
    `PublicationRefused` with everything else that prevents it.
    """
    examined = examined_code(examine(target))
    refuse(examined, break_installations=break_installations)
    wanted = examined.known_candidate
    with transaction.atomic():
        connector, _ = Connector.objects.get_or_create(
            slug=wanted.slug,
            defaults={"name": wanted.blueprint.name, "class_path": wanted.class_path},
        )
        is_known = connector.releases.filter(version=wanted.blueprint.version).exists()
        release = keep_release(connector, wanted.blueprint)
        if Release.objects.is_newest(release):
            connector.name, connector.class_path = wanted.blueprint.name, wanted.class_path
            connector.save(update_fields=["name", "class_path"])
        broken = of_weight(examined.objections, Weight.BREAKS)
        if broken or not is_known:
            after = {
                "version": release.version,
                "digest": release.digest,
                "broken": [objection.to_json() for objection in broken],
            }
            record_action(by, "release.record", f"connector/{connector.slug}", after=after)
    return release


def keep_release(connector: Connector, blueprint: Blueprint) -> Release:
    """The release of *connector* that *blueprint* is, recorded if it is new.

    Raises `VersionTaken` when its version has other content.
    """
    known = connector.releases.filter(version=blueprint.version).first()
    if known is None:
        return Release.objects.record(connector, blueprint)
    if known.digest != blueprint.digest:
        raise VersionTaken(
            f"{connector.slug} {blueprint.version} is recorded with different content "
            f"({known.digest[:12]}, now {blueprint.digest[:12]}), but releases never change. Give "
            "it a higher version."
        )
    return known
