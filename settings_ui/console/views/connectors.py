"""Connectors and their releases."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from connector_kit.blueprint import INTEGRATION
from connector_kit.errors import ConnectorKitError
from connector_kit.models import Connector, Release
from connector_kit.publisher.differences import difference
from connector_kit.publisher.install_base_search import list_install_base
from connector_kit.publisher.live import standings
from connector_kit.publisher.overview import summaries
from connector_kit.publisher.paging import newest_first
from connector_kit.publisher.releases import set_default
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.version_counts import version_history
from settings_ui.access import StaffRequest, actor, may, opens
from settings_ui.console.charts import version_chart
from settings_ui.console.pages import key_in, page


@require_safe
@opens(Scope.CONNECTORS_READ)
def connectors(request: StaffRequest) -> HttpResponse:
    """List the connectors."""
    return page(request, "connectors.html", place="connectors", summaries=summaries())


@require_safe
@opens(Scope.CONNECTORS_READ)
def connector(request: StaffRequest, slug: str) -> HttpResponse:
    """Show one connector: its records, its releases, where its versions are."""
    row = get_object_or_404(Connector, slug=slug)
    base = list_install_base(row, limit=1)
    releases = newest_first(row.releases.defer("manifest"), before=key_in(request.GET))
    standing = {standing.release.pk: standing for standing in standings(row)}
    return page(
        request,
        "connector.html",
        place="connectors",
        connector=row,
        releases=releases,
        standings=[standing[row.pk] for row in releases.rows],
        default=next((item.release for item in standing.values() if item.is_default), None),
        may_publish=may(request, Scope.CONNECTORS_WRITE),
        total=base.total,
        chart=version_chart(version_history(row, now=base.versions)),
    )


@require_safe
@opens(Scope.CONNECTORS_READ)
def release(request: StaffRequest, slug: str, version: str) -> HttpResponse:
    """Show what a release declares, and how it differs from another one (``?against=``)."""
    row = _release(slug, version)
    others = row.connector.releases.exclude(pk=row.pk).defer("manifest")
    against = request.GET.get("against", "")
    other = _release(slug, against) if against else None
    blueprint = row.blueprint()
    return page(
        request,
        "release.html",
        place="connectors",
        release=row,
        blueprint=blueprint,
        components=[*blueprint.components, blueprint.integration],
        installation_name=INTEGRATION,
        others=newest_first(others, limit=100).rows,
        other=other,
        plan=difference(other, row).to_json() if other else None,
    )


@require_POST
@opens(Scope.CONNECTORS_WRITE)
def make_default(request: StaffRequest, slug: str, version: str) -> HttpResponse:
    """Have new installations get a release."""
    row = get_object_or_404(Connector, slug=slug)
    try:
        set_default(row, version, by=actor(request))
    except ConnectorKitError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"New installations of {row.name} now get {version}.")
    return redirect(reverse("console:connector", args=[slug]))


def _release(slug: str, version: str) -> Release:
    releases = Release.objects.select_related("connector")
    release = releases.filter(connector__slug=slug, version=version).first()
    if release is None:
        raise Http404(f"{slug} has no release {version}.")
    return release
