"""The open links to an installation's settings: who made them, and revoking them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from connector_kit.errors import ConnectorKitError
from connector_kit.models import Installation
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.settings_links import open_links, revoke_link, revoke_links
from settings_ui.access import StaffRequest, actor, may, opens
from settings_ui.console.pages import key_in, page


@require_safe
@opens(Scope.INSTALLATIONS_READ)
def links(request: StaffRequest, integration_id: str) -> HttpResponse:
    """List the links that are open, the newest first."""
    row = get_object_or_404(Installation, integration_id=integration_id)
    return page(
        request,
        "links.html",
        place="installations",
        installation=row,
        links=open_links(row),
        may_revoke=may(request, Scope.SETTINGS_WRITE),
    )


@require_POST
@opens(Scope.SETTINGS_WRITE)
def revoke(request: StaffRequest, integration_id: str) -> HttpResponse:
    """Revoke the link that the form names; all of them when it names none."""
    row = get_object_or_404(Installation, integration_id=integration_id)
    try:
        if "link" in request.POST:
            link = revoke_link(row, key_in(request.POST, "link") or 0, by=actor(request))
            messages.success(request, f"Link {link.pk} is revoked.")
        else:
            count = revoke_links(row, by=actor(request))
            messages.success(request, f"Links revoked: {count}.")
    except ConnectorKitError as error:
        messages.error(request, str(error))
    return redirect("console:links", integration_id)
