"""Licenses: found, made, changed, and the calendar of their ends."""

from __future__ import annotations

from calendar import day_name
from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connector_kit.errors import ConnectorKitError
from connector_kit.licensing.days import LAST_DAY
from connector_kit.models import Installation, License
from connector_kit.publisher.licenses.calendar import month_of_ends
from connector_kit.publisher.licenses.search import (
    LicenseFilter,
    list_licenses,
    lost_licenses,
    trail_of,
)
from connector_kit.publisher.roles import Scope
from settings_ui.access import StaffRequest, actor, may, opens
from settings_ui.console.license_forms import ACTS, LicenseAct, LicensesForm, NewLicenseForm
from settings_ui.console.pages import key_in, page
from settings_ui.errors import add_to_form

ROWS = 50


@require_safe
@opens(Scope.LICENSES_READ)
def licenses(request: StaffRequest) -> HttpResponse:
    """Search and filter the licenses; count what was found."""
    form = LicensesForm(request.GET)
    connector, wanted = form.wanted() if form.is_valid() else (None, LicenseFilter())
    listing = list_licenses(connector, wanted, after=key_in(request.GET, "after") or 0, limit=ROWS)
    return page(
        request,
        "licenses.html",
        place="licenses",
        form=form,
        found=listing,
        lost=lost_licenses(connector, limit=ROWS),
        may_change=may(request, Scope.LICENSES_WRITE),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@opens(Scope.LICENSES_WRITE)
def new(request: StaffRequest) -> HttpResponse:
    """Make a license or a trial."""
    form = NewLicenseForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            row = form.create(actor(request))
        except ConnectorKitError as error:
            add_to_form(form, error)
        else:
            return redirect("console:license", row.pk)
    return page(request, "license_new.html", place="licenses", form=form)


@require_safe
@opens(Scope.LICENSES_READ)
def calendar(request: StaffRequest) -> HttpResponse:
    """Show the days of a month with how many licenses end on each."""
    form = LicensesForm(request.GET)
    connector = form.cleaned_data["connector"] if form.is_valid() else None
    today = timezone.localdate()
    try:
        month = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        month = today
    if not date(2000, 1, 1) <= month <= LAST_DAY:  # none in which licenses end
        month = today
    return page(
        request,
        "license_calendar.html",
        place="licenses",
        month=month_of_ends(connector, month),
        connector=connector,
        today=today,
        days=list(day_name),
    )


@require_safe
@opens(Scope.LICENSES_READ)
def license_page(request: StaffRequest, key: int) -> HttpResponse:
    """Show one license, with what can be done with it."""
    return _show(request, _license(key))


@require_POST
@opens(Scope.LICENSES_WRITE)
def act(request: StaffRequest, key: int, action: str) -> HttpResponse:
    """Carry out an action on a license; errors are shown beside the form."""
    row, requested = _license(key), ACTS.get(action)
    if requested is None or not requested.fits(row):
        raise Http404("This action is no longer available for the license. Reload the page.")
    form = requested.shown(row, request.POST)
    if not form.is_valid():
        return _show(request, row, requested, form, status=422)
    try:
        changed = requested.do(row, by=actor(request), **form.cleaned_data)
    except ConnectorKitError as error:
        add_to_form(form, error)
        return _show(request, row, requested, form, status=422)
    if changed.code:
        messages.warning(request, f"Recorded, but not yet on integrator.io: {changed.message}")
    else:
        messages.success(request, f"{requested.words}: done.")
    return redirect("console:license", key)


def _show(
    request: StaffRequest,
    row: License,
    attempted: LicenseAct | None = None,
    form: forms.Form | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    acts = [
        (item, form if item is attempted else item.shown(row))
        for item in ACTS.values()
        if item.fits(row) and may(request, Scope.LICENSES_WRITE)
    ]
    response = page(
        request,
        "license.html",
        place="licenses",
        license=row,
        installation=Installation.objects.filter(integration_id=row.integration_id).first(),
        acts=acts,
        tried=attempted,
        trail=trail_of(row),
        reminders=list(row.reminders.order_by("-ends", "-pk")[:50]),
        children=_children(row),
    )
    response.status_code = status
    return response


def _children(row: License) -> list[tuple[License, Installation | None]]:
    """The licenses of the stores of *row*'s installation, each with the store that uses it."""
    children = list(row.children.order_by("pk")[:200])
    stores = Installation.objects.in_bulk(
        {child.integration_id for child in children} - {""}, field_name="integration_id"
    )
    return [(child, stores.get(child.integration_id)) for child in children]


def _license(key: int) -> License:
    return get_object_or_404(License.objects.select_related("connector", "parent"), pk=key)
