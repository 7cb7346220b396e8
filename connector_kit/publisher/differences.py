"""What one release changes compared with another, without reading any account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector_kit.blueprint import INTEGRATION, CompiledComponent
from connector_kit.blueprint.calls import Call, calls_of
from connector_kit.documents import Document
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


@dataclass(frozen=True)
class FunctionChanges:
    """The functions that only one of two releases calls; the documents alone tell."""

    added: tuple[Call, ...]
    removed: tuple[Call, ...]

    def to_json(self) -> Document:
        """Return ``{"added", "removed"}``, each a list of ``{"type", "name"}``."""
        return {
            name: [call._asdict() for call in calls]
            for name, calls in (("added", self.added), ("removed", self.removed))
        }


def function_changes(older: Release, newer: Release) -> FunctionChanges:
    """Which functions *newer* calls that *older* does not, and the reverse, in order."""
    before, after = called_by(older), called_by(newer)
    return FunctionChanges(
        added=tuple(call for call in after if call not in before),
        removed=tuple(call for call in before if call not in after),
    )


def called_by(release: Release) -> tuple[Call, ...]:
    """The functions that *release* calls, each once, in order."""
    return tuple(sorted({call for call, _ in calls_of(release.blueprint())}))


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
