"""Which release of a connector new installations get."""

from __future__ import annotations

from django.db import transaction

from connector_kit.models import Connector, Release
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.publisher.catalog import find_release
from connector_kit.publisher.errors import PublicationRefused
from connector_kit.publisher.served import NOT_SERVED, unserved


def set_default(connector: Connector, version: str, *, by: Actor = THE_KIT) -> Release:
    """Make *version* the default release of *connector*; recorded as done by *by*.

    Existing installations are not updated. Raises `NotPublished` when there is no such release, and
    `PublicationRefused` when the server lacks functions that it calls.
    """
    release = find_release(connector, version)
    objections = unserved(connector, [release])
    if missing := [objection for objection in objections if objection.code in NOT_SERVED]:
        raise PublicationRefused(missing)
    with transaction.atomic():
        row = Connector.objects.select_for_update().get(pk=connector.pk)
        before = Release.objects.default(row)
        if row.default_release != release:
            Connector.objects.filter(pk=row.pk).update(default_release=release)
            record_action(
                by,
                "release.default",
                f"connector/{connector.slug}",
                before={"version": before.version if before else None},
                after={"version": release.version},
            )
    return release
