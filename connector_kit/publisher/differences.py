"""What one release changes compared with another, without reading any account."""

from __future__ import annotations

from collections.abc import Iterator

from connector_kit.blueprint import INTEGRATION, CompiledComponent
from connector_kit.models import Release
from connector_kit.plan import Fence, Live, Plan, compare

_NOWHERE = Fence(connector_id="", integration_id="")


def difference(older: Release, newer: Release) -> Plan:
    """What updates an installation to *newer* if it is unchanged since it got *older*."""
    before, after = older.blueprint(), newer.blueprint()
    applied = {
        component.external_id: component for component in (*before.components, before.integration)
    }
    declared = (*after.components, after.integration)
    return compare(declared, applied, tuple(as_live(applied, _NOWHERE)), fence=_NOWHERE)


def as_live(applied: dict[str, CompiledComponent], fence: Fence) -> Iterator[Live]:
    """An account as it was when *applied* was written to it and nothing happened since."""
    page = CompiledComponent(INTEGRATION, "integrations", {})
    for name, component in ({INTEGRATION: page} | applied).items():
        yield Live(
            id=name,
            external_id=name,
            resource=component.resource,
            document=component.document,
            connector_id=fence.connector_id,
            integration_id=fence.integration_id,
        )
