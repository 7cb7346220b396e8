"""The first page: the state of everything."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from connector_kit.publisher.overview import summaries
from connector_kit.publisher.roles import Scope
from settings_ui.access import StaffRequest, opens
from settings_ui.console.pages import page


@require_safe
@opens(Scope.CONNECTORS_READ)
def overview(request: StaffRequest) -> HttpResponse:
    """Show every connector: releases, installations, what is rolled out, what failed."""
    return page(request, "overview.html", place="overview", summaries=summaries())
