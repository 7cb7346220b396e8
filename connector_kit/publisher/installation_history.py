"""One installation: what it consists of, what was done to it, what it answered last."""

from __future__ import annotations

from connector_kit.models import Change, Component, DryRunAnswer, Installation, Operation
from connector_kit.publisher.paging import PAGE, Page, newest_first

COMPONENTS_AT_MOST = 1000


def components_of(installation: Installation) -> tuple[Component, ...]:
    """What the kit made in the account, by type and name."""
    rows = installation.components.order_by("resource", "external_id")
    return tuple(rows[:COMPONENTS_AT_MOST])


def operations_of(
    installation: Installation, *, before: int | None = None, limit: int = PAGE
) -> Page[Operation]:
    """Installs, updates, dry runs and uninstalls, the newest first."""
    rows = installation.operations.select_related("release").defer("plan", "release__manifest")
    return newest_first(rows, before=before, limit=limit)


def changes_of(
    installation: Installation, *, before: int | None = None, limit: int = PAGE
) -> Page[Change]:
    """Every write to the account, with before and after, the newest first."""
    rows = installation.changes.select_related("operation").defer("operation__plan")
    return newest_first(rows, before=before, limit=limit)


def changes_by(
    operation: Operation, *, before: int | None = None, limit: int = PAGE
) -> Page[Change]:
    """What one operation wrote, the last first."""
    return newest_first(operation.changes.all(), before=before, limit=limit)


def last_answer(installation: Installation) -> DryRunAnswer | None:
    """What the installation said when it was last asked what an update would do."""
    answers = installation.dry_run_answers.exclude(outcome="")
    return answers.select_related("dry_run__release").order_by("-pk").first()
