"""Releases without a marketplace: what embedded deployments are made from."""

from __future__ import annotations

from django.db import transaction

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
    version, digest = wanted.blueprint.version, wanted.blueprint.digest
    with transaction.atomic():
        connector, _ = Connector.objects.get_or_create(
            slug=wanted.slug,
            defaults={"name": wanted.blueprint.name, "class_path": wanted.class_path},
        )
        known = connector.releases.filter(version=version).first()
        if known is None:
            connector.name, connector.class_path = wanted.blueprint.name, wanted.class_path
            connector.save(update_fields=["name", "class_path"])
            return Release.objects.record(connector, wanted.blueprint)
    if known.digest != digest:
        raise VersionTaken(
            f"{wanted.slug} {version} is recorded with other content ({known.digest[:12]}, now "
            f"{digest[:12]}), and releases never change. Give the class a higher version."
        )
    return known
