"""Which part of the install base a rollout is for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet

from connector_kit.models import Connector, Installation, Push
from connector_kit.rollouts.errors import RolloutError


@dataclass(frozen=True)
class Selection:
    """A part of the install base; an empty criterion admits every installation."""

    sandbox: bool | None = None
    """True: sandbox installations only; False: production only."""
    versions: tuple[str, ...] = ()
    """Versions that the installations have now."""
    tags: tuple[str, ...] = ()
    """Their tags (free text of the customer)."""
    integrations: tuple[str, ...] = ()
    """Ids of integrations."""
    updated_by: int | None = None
    """The number of a rollout: all installations to which it pushed, whatever the result."""
    came_from: tuple[str, ...] = ()
    """The versions that those had before."""

    def of(self, connector: Connector) -> QuerySet[Installation]:
        """The installations of *connector* that are selected and not vanished.

        Children are not among them: they follow their parents.
        """
        conditions = {
            "sandbox": self.sandbox,
            "version__in": self.versions,
            "tag__in": self.tags,
            "integration_id__in": self.integrations,
        }
        criteria = {name: value for name, value in conditions.items() if value not in (None, ())}
        active = Installation.objects.active().without_children()
        selected = active.filter(connector=connector, **criteria)
        if self.updated_by is None:
            return selected
        pushes = Push.objects.filter(rollout=self.updated_by, claimed_at__isnull=False)
        if self.came_from:
            pushes = pushes.filter(from_version__in=self.came_from)
        return selected.filter(pk__in=pushes.values("installation"))

    def to_json(self) -> dict[str, Any]:
        """Return what is selected; nothing for the whole install base."""
        return {name: value for name, value in asdict(self).items() if value not in (None, ())}

    def require_known(self, connector: Connector) -> None:
        """Raise `RolloutError` that names what is selected and not there."""
        known = Installation.objects.active().filter(connector=connector)
        children = known.filter(integration_id__in=self.integrations).exclude(parent=None)
        for store, parent in children.values_list("integration_id", "parent__integration_id")[:1]:
            raise RolloutError(
                f"{store} is a store, and nothing can be pushed to it. It is updated with its "
                f"installation: select {parent}.",
                field="only.installations",
            )
        for noun, field, values in (
            ("installation", "integration_id", self.integrations),
            ("tag", "tag", self.tags),
            ("version", "version", self.versions),
        ):
            rows = known.filter(**{f"{field}__in": values}).values_list(field, flat=True)
            held = set(rows.distinct())
            unknown = [value for value in values if value not in held]
            if unknown:
                raise RolloutError(
                    f"No installation of {connector} has the {noun} {', '.join(unknown)}. Correct "
                    "it, or first run 'connector-kit installbase sync'.",
                    field=f"only.{_FIELDS[field]}",
                )
        if self != WHOLE_BASE and not self.of(connector).exists():
            raise RolloutError(
                f"No installation of {connector} matches the selection, so there is "
                "nothing to update.",
                field="only",
            )


WHOLE_BASE = Selection()

_FIELDS = {"integration_id": "installations", "tag": "tags", "version": "versions"}
"""What selections call the fields of an installation."""
