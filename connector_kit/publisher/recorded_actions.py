"""Reading what the staff did, as `actions` recorded it."""

from __future__ import annotations

from collections.abc import Iterable

from connector_kit.models import Installation, License, StaffAction
from connector_kit.publisher.paging import PAGE, Page, newest_first

LATEST = 20


def list_actions(
    *, who: str = "", subject: str = "", before: int | None = None, limit: int = PAGE
) -> Page[StaffAction]:
    """All actions, or those of *who* (the beginning of the name), or on *subject*; newest first."""
    rows = StaffAction.objects.all()
    rows = rows.filter(actor_name__startswith=who) if who else rows
    rows = rows.filter(subject=subject) if subject else rows
    return newest_first(rows, before=before, limit=limit)


def actions_on(subject: str) -> tuple[StaffAction, ...]:
    """The latest actions on *subject* (``rollout/7``), the newest first."""
    return list_actions(subject=subject, limit=LATEST).rows


def labels_of(actions: Iterable[StaffAction]) -> dict[str, str]:
    """Whom the actions on installations and licenses were about, by subject. Two queries."""
    named = [action.subject.partition("/") for action in actions]
    ids = {key for kind, _, key in named if kind == "installation"}
    keys = {int(key) for kind, _, key in named if kind == "license" and key.isdecimal()}
    installations = Installation.objects.filter(integration_id__in=ids)
    licenses = License.objects.filter(pk__in=keys).values_list("pk", "email")
    return {
        **{f"installation/{row.integration_id}": row.label for row in installations},
        **{f"license/{key}": email for key, email in licenses},
    }
