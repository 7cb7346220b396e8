"""The settings pages: open a link, show the settings, save them."""

from __future__ import annotations

from math import ceil
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connector_kit.conf import kit
from connector_kit.forms import StorePage
from connector_kit.models import Installation
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.settings_links import PARAMETER, LinkRefused, link_in, make_link
from connector_kit.publisher.settings_pages import (
    NO_STORE,
    SettingsOnRecord,
    pages_of,
    settings_on_record,
)
from connector_kit.throttles import seconds_to_wait
from settings_ui.access import StaffRequest, actor, opens
from settings_ui.console.pages import around
from settings_ui.customer import saving
from settings_ui.customer.access import SettingsRequest, for_installation, grant, require_saving
from settings_ui.customer.sheet import Sent, Sheet, sheet_of
from settings_ui.errors import error_page

REDRAWN = {"_more", "_refresh", "_store"}
"""Buttons that save nothing: further rows, current options, another store beside this one."""


@require_GET
def open_link(request: SettingsRequest) -> HttpResponse:
    """Admit a browser that has a link, and redirect it to an address without the secret."""
    try:
        link = link_in(request.GET.get(PARAMETER, ""))
    except LinkRefused as error:
        return error_page(request, 403, "This link is not valid", str(error))
    grant(request, link)
    return redirect("customer:settings", link.installation.integration_id)


@require_GET
@for_installation
def first_page(request: SettingsRequest) -> HttpResponse:
    """Redirect to the first page, keeping the requested change."""
    changed = _requested_change(request)
    record = settings_on_record(request.installation)
    for store in record.stores:
        for item in pages_of(store):
            place = (request.installation.integration_id, store.id or NO_STORE, item.address)
            address = reverse("customer:page", args=place)
            return redirect(f"{address}?change={changed.id}" if changed else address)
    return _show(request, "customer/empty.html", record, None, change=changed)


@require_http_methods(["GET", "POST"])
@for_installation
def page(request: SettingsRequest, store: str, address: str) -> HttpResponse:
    """Show the settings of one store, opened at one section; or save what was typed into them."""
    changed = _requested_change(request)
    record = settings_on_record(request.installation)
    of_store = record.store(store)
    if of_store is None or address not in {item.address for item in pages_of(of_store)}:
        raise Http404("This settings page does not exist.")
    if request.method == "POST":
        return _take(request, record, of_store, address)
    sheet = sheet_of(record, store, is_read_only=not request.may_save)
    if changed and (changed.is_open or changed.is_refused):
        sheet = saving.with_change(sheet, changed)
    return _show_sheet(request, record, of_store, address, sheet, change=changed)


def _take(
    request: SettingsRequest, record: SettingsOnRecord, store: StorePage, address: str
) -> HttpResponse:
    """Do what the pressed button says: save, or show more of the same form."""
    require_saving(request)
    here = store.id or NO_STORE
    beside = request.POST.get("_store", here)
    sheet = sheet_of(record, here, beside, sent=Sent(request.POST, request.FILES))
    if REDRAWN & request.POST.keys():
        sheet.forget_errors()
        field = request.POST.get("_refresh", "")
        wait = seconds_to_wait("refreshes", _user(request), kit().refresh_rate) if field else 0
        if wait:
            again = _in_words(wait)
            sheet.others.append(f"Too many refreshes in a short time. Try again in {again}.")
        elif field:
            saving.refresh(request.installation, sheet, field)
        page = _show_sheet(request, record, store, address, sheet, opened=beside)
        return _refuse(page, wait) if wait else page
    if not sheet.problems and not sheet.is_touched:
        return _show_sheet(request, record, store, address, sheet, has_nothing=True)
    if not sheet.problems and (wait := _wait_to_save(request)):
        sheet.others.append(
            "Too many saves in a short time. Your changes are kept; save again in "
            f"{_in_words(wait)}."
        )
        return _refuse(_show_sheet(request, record, store, address, sheet), wait)
    if not sheet.problems and (change := saving.save(request.installation, sheet, by=request.by)):
        return redirect(f"{request.path}?change={change}")
    return _show_sheet(request, record, store, address, sheet, status=422)


@require_POST
@for_installation
def state(request: SettingsRequest) -> HttpResponse:
    """Answer which fields are shown, required and disabled for what was typed. JSON."""
    record = settings_on_record(request.installation)
    sent = Sent(request.POST, request.FILES)
    sheet = sheet_of(record, sent=sent, is_read_only=not request.may_save)
    fields: dict[str, dict[str, bool]] = {}
    for form in sheet.forms:
        fields |= form.shown.states()
    return JsonResponse({"fields": fields})


@require_GET
@for_installation
def alive(request: SettingsRequest) -> HttpResponse:  # noqa: ARG001 getting here is enough
    """Answer nothing, to a page that asks whether it could still save."""
    return HttpResponse(status=204)


@require_POST
@for_installation
def connected(request: SettingsRequest) -> HttpResponse:
    """Check whether the customer has logged in where needed, and apply what waited."""
    require_saving(request)
    if wait := _wait_to_save(request):
        words = f"Too many checks in a short time. Try again in {_in_words(wait)}."
        return _refuse(error_page(request, 429, "Too many requests", words), wait)
    change = saving.look_again(request.installation, by=request.by)
    address = reverse("customer:settings", args=[request.installation.integration_id])
    return redirect(f"{address}?change={change}" if change else address)


@require_GET
@for_installation
def change(request: SettingsRequest, change_id: int) -> HttpResponse:
    """Show how far the saving of settings is: a part of a page, asked for until it has ended."""
    row = saving.find_change(request.installation, str(change_id))
    if row is None:
        raise Http404("There is no such change.")
    return render(
        request, "customer/change.html", {"change": row, "installation": request.installation}
    )


@require_POST
@opens(Scope.SETTINGS_WRITE)
def link(request: StaffRequest, integration_id: str) -> HttpResponse:
    """Make a link for a customer, and show it once."""
    installation = get_object_or_404(Installation.objects.active(), integration_id=integration_id)
    new_link = make_link(installation, by=actor(request))
    context = around(request, "installations") | {"installation": installation, "link": new_link}
    return render(request, "customer/link.html", context)


def _wait_to_save(request: SettingsRequest) -> int:
    """Count a save; return the seconds until it may be made, 0 for now."""
    return seconds_to_wait("saves", _user(request), kit().save_rate)


def _user(request: SettingsRequest) -> str:
    if request.is_staff:
        return f"user-{request.user.pk}"
    return f"link-{request.link.pk if request.link else 0}"


def _in_words(seconds: int) -> str:
    if seconds <= 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{ceil(seconds / 60)} minutes"


def _refuse(page: HttpResponse, seconds: int) -> HttpResponse:
    """Return *page*, which says so, as the answer to a user who must wait."""
    page.status_code = 429
    page["Retry-After"] = str(seconds)
    return page


def _show_sheet(
    request: SettingsRequest,
    record: SettingsOnRecord,
    store: StorePage,
    address: str,
    sheet: Sheet,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    problems = sheet.problems
    addresses: list[tuple[StorePage, str]] = []
    for other in record.stores if record.pages.is_multi_store else []:
        sections = [item.address for item in pages_of(other)]
        if sections:  # each store is shown at the same section, if it has it
            section = address if address in sections else sections[0]
            args = [request.installation.integration_id, other.id, section]
            addresses.append((other, reverse("customer:page", args=args)))
    return _show(
        request,
        "customer/page.html",
        record,
        store,
        status=status,
        **{
            "address": address,
            "opened": store.id or NO_STORE,
            "sheet": sheet,
            "stores": addresses,
            "problems": problems,
            "is_dirty": bool(problems) or (request.method == "POST" and sheet.is_touched),
            **context,
        },
    )


def _requested_change(request: SettingsRequest) -> saving.ShownChange | None:
    """Return the change that the address names.

    Reads the installation again afterward: when the change is done, the page shows the result,
    because it will not be loaded again.
    """
    changed = saving.find_change(request.installation, request.GET.get("change", ""))
    if changed:
        request.installation.refresh_from_db()
    return changed


def _show(
    request: SettingsRequest,
    template: str,
    record: SettingsOnRecord,
    store: StorePage | None,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    around = {
        "installation": request.installation,
        "record": record,
        "store": store,
        "store_address": (store.id or NO_STORE) if store else NO_STORE,
        "may_save": request.may_save,
        "is_staff": request.is_staff,
    }
    return render(request, template, around | context, status=status)
