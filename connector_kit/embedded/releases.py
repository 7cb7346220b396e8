"""Releases without a marketplace: what embedded deployments are made from."""

from __future__ import annotations

from django.db import transaction

from connector_kit.blueprint import Blueprint
from connector_kit.models import Connector, Release
from connector_kit.publisher.catalogue import candidate
from connector_kit.publisher.errors import VersionTaken


def record_release(target: str | None = None) -> Release:
    """Record the connector at *target*, by default the only configured one, as a release.

    Nothing is sent to the platform: there is no listing, no licence and no stack record of its
    own. A connector that is published in the marketplace as well has its releases already. Raises
    `DeclarationError` with every problem, and `VersionTaken` for other content.
    """
    wanted = candidate(target)
    with transaction.atomic():
        connector, _ = Connector.objects.get_or_create(
            slug=wanted.slug,
            defaults={"name": wanted.blueprint.name, "class_path": wanted.class_path},
        )
        release = keep_release(connector, wanted.blueprint)
        if Release.objects.is_newest(release):
            connector.name, connector.class_path = wanted.blueprint.name, wanted.class_path
            connector.save(update_fields=["name", "class_path"])
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
            f"{connector.slug} {blueprint.version} is recorded with other content "
            f"({known.digest[:12]}, now {blueprint.digest[:12]}), and releases never change. Give "
            "it a higher version."
        )
    return known
