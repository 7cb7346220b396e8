"""The install base, and one installation with its history."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from connector_kit.errors import ConnectorKitError
from connector_kit.lifecycle.veil import hidden_of
from connector_kit.models import Installation, Operation
from connector_kit.models.orders import ordered_version
from connector_kit.publisher.dry_runs import ask_for_drift
from connector_kit.publisher.install_base_search import InstallBaseFilter, list_install_base
from connector_kit.publisher.installation_history import (
    changes_by,
    changes_of,
    components_of,
    last_drift_check,
    operations_of,
)
from connector_kit.publisher.licenses.search import licenses_of
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.tasks import carry_out_soon
from connector_kit.publisher.version_counts import version_history
from settings_ui.access import StaffRequest, actor, may, opens
from settings_ui.console.charts import version_chart
from settings_ui.console.forms import InstallBaseForm
from settings_ui.console.pages import key_in, page

ROWS = 50
LATEST = 10
"""Operations and changes on an installation's own page; the rest is a link away."""


@require_safe
@opens(Scope.INSTALLATIONS_READ)
def installations(request: StaffRequest) -> HttpResponse:
    """Search and filter the install base; count what was found."""
    form = InstallBaseForm(request.GET)
    connector, wanted = form.wanted() if form.is_valid() else (None, InstallBaseFilter())
    listing = list_install_base(
        connector,
        wanted,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        limit=ROWS,
    )
    chart = None
    if not form.narrows():  # history has no other filters than the connector
        chart = version_chart(version_history(connector, now=listing.versions))
    return page(
        request,
        "installations.html",
        place="installations",
        form=form,
        found=listing,
        chart=chart,
    )


@require_safe
@opens(Scope.INSTALLATIONS_READ)
def installation(request: StaffRequest, integration_id: str) -> HttpResponse:
    """Show one installation: its components, its history, its drift."""
    row = _installation(integration_id)
    return page(
        request,
        "installation.html",
        place="installations",
        installation=row,
        settings=hidden_of(row, row.release).over(row.settings) if row.settings else {},
        components=components_of(row),
        operations=operations_of(row, limit=LATEST),
        changes=changes_of(row, limit=LATEST),
        drift_check=last_drift_check(row),
        licenses=licenses_of(row),
        may_see_licenses=may(request, Scope.LICENSES_READ),
        may_link=may(request, Scope.SETTINGS_WRITE),
        children=list(row.children.active().order_by("pk")[:ROWS]),
        may_check=may(request, Scope.INSTALLATIONS_WRITE) and not row.vanished_at,
    )


@require_safe
@opens(Scope.INSTALLATIONS_READ)
def operations(request: StaffRequest, integration_id: str) -> HttpResponse:
    """List everything that was done to an installation."""
    row = _installation(integration_id)
    return page(
        request,
        "operations.html",
        place="installations",
        installation=row,
        operations=operations_of(row, before=key_in(request.GET)),
    )


@require_safe
@opens(Scope.INSTALLATIONS_READ)
def changes(request: StaffRequest, integration_id: str) -> HttpResponse:
    """List every change to an installation, with before and after."""
    row = _installation(integration_id)
    return page(
        request,
        "changes.html",
        place="installations",
        installation=row,
        changes=changes_of(row, before=key_in(request.GET)),
    )


@require_safe
@opens(Scope.INSTALLATIONS_READ)
def operation(request: StaffRequest, integration_id: str, key: int) -> HttpResponse:
    """Show one operation: how it went, what it changed, and of a dry run the plan."""
    rows = Operation.objects.select_related("installation__connector", "release")
    row = get_object_or_404(rows, pk=key, installation__integration_id=integration_id)
    return page(
        request,
        "operation.html",
        place="installations",
        installation=row.installation,
        operation=row,
        changes=changes_by(row, before=key_in(request.GET)),
    )


@require_POST
@opens(Scope.INSTALLATIONS_WRITE)
def check(request: StaffRequest, integration_id: str) -> HttpResponse:
    """Have a worker ask the installation what drifted, and what its own release would change."""
    row = _installation(integration_id)
    try:
        dry_run = ask_for_drift(row, by=actor(request))
    except ConnectorKitError as error:
        messages.error(request, str(error))
        return redirect("console:installation", integration_id)
    carry_out_soon(dry_run.pk)
    return redirect("console:dry-run", dry_run.pk)


def _installation(integration_id: str) -> Installation:
    rows = Installation.objects.annotate(target_version=ordered_version())
    rows = rows.select_related("connector", "release", "parent")
    return get_object_or_404(rows, integration_id=integration_id)
