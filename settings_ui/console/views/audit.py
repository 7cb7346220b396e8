"""Who did what, and when."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from connector_kit.publisher.recorded_actions import labels_of, list_actions
from connector_kit.publisher.roles import Scope
from settings_ui.access import StaffRequest, opens
from settings_ui.console.pages import key_in, page


@require_safe
@opens(Scope.STAFF_READ)
def audit(request: StaffRequest) -> HttpResponse:
    """List the actions of the staff, the newest first; of one person, or on one thing."""
    who, subject = request.GET.get("who", "").strip(), request.GET.get("subject", "").strip()
    actions = list_actions(who=who, subject=subject, before=key_in(request.GET))
    return page(
        request,
        "audit.html",
        place="audit",
        who=who,
        subject=subject,
        actions=actions,
        labels=labels_of(actions.rows),
    )
