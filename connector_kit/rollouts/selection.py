"""Which part of the install base a rollout is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from connector_kit.models import Connector, Installation, Push


@dataclass(frozen=True)
class Selection:
    """A part of the install base; what is left empty admits every installation."""

    sandbox: bool | None = None
    """True: sandbox installations only; False: production only."""
    versions: tuple[str, ...] = ()
    """Versions that the installations have now."""
    tags: tuple[str, ...] = ()
    """Their tags (free text of the customer)."""
    integrations: tuple[str, ...] = ()
    """Ids of integrations."""
    updated_by: int | None = None
    """The number of a rollout: those that it updated, for instance to take them back."""
    came_from: tuple[str, ...] = ()
    """The versions from which that rollout updated them."""

    def of(self, connector: Connector) -> QuerySet[Installation]:
        """The installations of *connector* that are selected and not vanished."""
        conditions = {
            "sandbox": self.sandbox,
            "version__in": self.versions,
            "tag__in": self.tags,
            "integration_id__in": self.integrations,
        }
        given = {name: value for name, value in conditions.items() if value not in (None, ())}
        selected = Installation.objects.active().filter(connector=connector, **given)
        return selected if self.updated_by is None else selected.filter(pk__in=self._updated())

    def _updated(self) -> QuerySet[Push, Any]:
        """The installations, as a subquery, that the rollout `updated_by` updated."""
        pushes = Push.objects.filter(rollout=self.updated_by, state=Push.State.UPDATED)
        if self.came_from:
            pushes = pushes.filter(from_version__in=self.came_from)
        return pushes.values("installation")


WHOLE_BASE = Selection()
