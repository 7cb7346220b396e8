"""One installation: its components, its history, its drift."""

from __future__ import annotations

from connector_kit.models import Change, Component, Installation, Operation
from connector_kit.publisher.paging import PAGE, Page, newest_first

COMPONENTS_AT_MOST = 1000


def components_of(installation: Installation) -> tuple[Component, ...]:
    """What the kit created in the account, by type and name."""
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
    """What one operation wrote, newest first."""
    return newest_first(operation.changes.all(), before=before, limit=limit)


def last_drift_check(installation: Installation) -> Operation | None:
    """The newest dry run of the installation's release, if it was made since that was applied."""
    checks = installation.operations.filter(kind=Operation.Kind.PLAN, outcome="done")
    found = checks.select_related("release").order_by("-pk").first()
    is_about_this = found and found.release_id == installation.release_id
    return found if found and is_about_this and "drift" in (found.plan or {}) else None
