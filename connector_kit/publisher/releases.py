"""Releases as their publisher looks at them: what one declares, and how two differ."""

from __future__ import annotations

from collections.abc import Iterator

from connector_kit.blueprint import Fence, Live, Plan, compare
from connector_kit.models import Release

_NOWHERE = Fence(connector_id="", integration_id="")


def difference(old: Release, new: Release) -> Plan:
    """What an update from *old* to *new* would do to an account in which nobody changed anything.

    Component by component; entitlements and settings of an installation are not looked at.
    """
    before = old.blueprint()
    after = new.blueprint()
    return compare(
        (*after.components, after.integration),
        {each.external_id: each for each in (*before.components, before.integration)},
        tuple(_installed(old)),
        fence=_NOWHERE,
    )


def _installed(release: Release) -> Iterator[Live]:
    """An account with *release* as it was installed."""
    blueprint = release.blueprint()
    for component in (*blueprint.components, blueprint.integration):
        yield Live(
            id=component.external_id,
            external_id=component.external_id,
            resource=component.resource,
            document=component.document,
            connector_id=_NOWHERE.connector_id,
            integration_id=_NOWHERE.integration_id,
        )
