"""The settings pages: open a link, look at a page, save it, switch a flow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connector_kit.blueprint.forms import Errors, FlowEntry, Form, StorePage
from connector_kit.models import Installation
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.settings_links import PARAMETER, LinkRefused, make_link, opened
from connector_kit.publisher.settings_pages import (
    NO_STORE,
    Page,
    SettingsOnRecord,
    pages_of,
    settings_on_record,
)
from settings_ui import forms
from settings_ui.access import StaffRequest, actor, opens
from settings_ui.console.pages import around
from settings_ui.customer import saving
from settings_ui.customer.access import SettingsRequest, for_installation, grant, require_saving
from settings_ui.errors import error_page


@never_cache
@require_GET
def open_link(request: SettingsRequest) -> HttpResponse:
    """Let the browser in that has a link, and lead it to an address without the secret."""
    try:
        integration_id, until = opened(request.GET.get(PARAMETER, ""), now=timezone.now())
    except LinkRefused as error:
        return error_page(request, 403, "This link opens nothing", str(error))
    grant(request, integration_id, until)
    return redirect("customer:settings", integration_id)


@never_cache
@require_GET
@for_installation
def first_page(request: SettingsRequest) -> HttpResponse:
    """Lead to the first page that there is."""
    record = settings_on_record(request.installation)
    for store in record.stores:
        for each in pages_of(store):
            return redirect(
                "customer:page",
                request.installation.integration_id,
                store.id or NO_STORE,
                each.address,
            )
    return _show(request, "customer/empty.html", record, None)


@never_cache
@require_http_methods(["GET", "POST"])
@for_installation
def page(request: SettingsRequest, store: str, address: str) -> HttpResponse:
    """Show one page of the settings, or save one of its forms."""
    changed = _asked_for(request)
    record, of_store, shown = _found(request.installation, store, address)
    tabs = [forms.show(tab.form, is_read_only=not request.may_save) for tab in shown.tabs]
    status = 200
    if request.method == "POST":
        require_saving(request)
        number = _tab(request, shown)
        form = _sent(request, shown.tabs[number].form)
        if form.is_wanted:
            asked = saving.save_form(request.installation, form.shown, of_store.id, by=request.by)
            if asked.change:
                return redirect(f"{request.path}?change={asked.change}")
            form = form.refused(asked.errors)
        tabs[number] = form.shown
        status = 422 if form.shown.errors else 200
    if changed and changed.is_refused and request.method == "GET":
        tabs = [saving.with_refusal(tab, changed, of_store.id) for tab in tabs]
    return _show(
        request,
        "customer/page.html",
        record,
        of_store,
        status=status,
        page=shown,
        tabs=list(zip(shown.tabs, tabs, strict=True)),
        flows=[(entry, record.flow(entry)) for entry in shown.flows],
        change=changed,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@for_installation
def flow(request: SettingsRequest, store: str, flow: str) -> HttpResponse:
    """Show the settings and the schedule of one flow, or save its settings."""
    changed = _asked_for(request)
    record, of_store, entry = _flow(request.installation, store, flow)
    shown = forms.show(entry.form, is_read_only=not request.may_save)
    if request.method == "POST":
        require_saving(request)
        form = _sent(request, entry.form)
        if form.is_wanted:
            asked = saving.save_form(request.installation, form.shown, of_store.id, by=request.by)
            if asked.change:
                return redirect(f"{request.path}?change={asked.change}")
            form = form.refused(asked.errors)
        return _show_flow(request, record, of_store, entry, form.shown)
    if changed and changed.is_refused:
        shown = saving.with_refusal(shown, changed, of_store.id)
    return _show_flow(request, record, of_store, entry, shown, change=changed)


@never_cache
@require_POST
@for_installation
def schedule(request: SettingsRequest, store: str, flow: str) -> HttpResponse:
    """Change when a flow runs."""
    require_saving(request)
    record, of_store, entry = _flow(request.installation, store, flow)
    wanted = " ".join(request.POST.get("schedule", "").split())
    asked = _change_flow(request, record, entry, {"schedule": wanted})
    here = reverse("customer:flow", args=[request.installation.integration_id, store, flow])
    if asked.change:
        return redirect(f"{here}?change={asked.change}")
    shown = forms.show(entry.form, is_read_only=not request.may_save)
    problems = [message for messages in asked.errors.values() for message in messages]
    return _show_flow(
        request, record, of_store, entry, shown, schedule=wanted, schedule_errors=problems
    )


@never_cache
@require_POST
@for_installation
def switch(request: SettingsRequest, store: str, flow: str) -> HttpResponse:
    """Switch a flow on or off."""
    require_saving(request)
    record, of_store, entry = _flow(request.installation, store, flow)
    if not entry.has_switch:
        raise Http404("This flow cannot be switched here.")
    asked = _change_flow(request, record, entry, {"disabled": request.POST.get("on") != "1"})
    if not asked.change:
        raise Http404("This flow cannot be switched any more. Load the page again.")
    back = request.POST.get("back", "")
    places = {each.address for each in pages_of(of_store)}
    name, last = ("page", back) if back in places else ("flow", flow)
    place = reverse(f"customer:{name}", args=[request.installation.integration_id, store, last])
    return redirect(f"{place}?change={asked.change}")


def _change_flow(
    request: SettingsRequest, record: SettingsOnRecord, entry: FlowEntry, fields: dict[str, Any]
) -> saving.Asked:
    external_id = record.flow(entry).external_id or entry.id
    return saving.save_flow(request.installation, external_id, fields, by=request.by)


def _show_flow(
    request: SettingsRequest,
    record: SettingsOnRecord,
    store: StorePage,
    entry: FlowEntry,
    form: forms.ShownForm,
    **context: Any,
) -> HttpResponse:
    on_record = record.flow(entry)
    around = {"schedule": on_record.schedule, "schedule_errors": [], "change": None} | context
    is_refused = request.method == "POST" and (form.errors or around["schedule_errors"])
    return _show(
        request,
        "customer/flow.html",
        record,
        store,
        status=422 if is_refused else 200,
        entry=entry,
        flow=on_record,
        form=form,
        **around,
    )


@never_cache
@require_POST
@for_installation
def state(request: SettingsRequest, store: str, address: str) -> HttpResponse:
    """Answer which fields are shown, required and disabled for the values of a form. JSON."""
    if flow := request.POST.get("_flow"):
        form: Form = _flow(request.installation, store, flow)[2].form
    else:
        shown = _found(request.installation, store, address)[2]
        form = shown.tabs[_tab(request, shown)].form
    sent = forms.read(form, request.POST, is_read_only=not request.may_save)
    return JsonResponse({"fields": sent.states()})


@never_cache
@require_GET
@for_installation
def change(request: SettingsRequest, change_id: int) -> HttpResponse:
    """Show how far the saving of settings is: a part of a page, asked for until it has ended."""
    found = saving.asked_for(request.installation, str(change_id))
    if found is None:
        raise Http404("Nothing of the kind was saved.")
    return render(
        request, "customer/change.html", {"change": found, "installation": request.installation}
    )


@never_cache
@require_POST
@opens(Scope.SETTINGS_WRITE)
def link(request: StaffRequest, integration_id: str) -> HttpResponse:
    """Make a link for a customer, and show it once."""
    installation = get_object_or_404(Installation.objects.active(), integration_id=integration_id)
    made = make_link(installation, by=actor(request))
    shown = around(request, "installations") | {"installation": installation, "link": made}
    return render(request, "customer/link.html", shown)


@dataclass(frozen=True)
class _Sent:
    """A form that a browser sent, and whether it is to be saved."""

    shown: forms.ShownForm
    is_wanted: bool

    def refused(self, errors: Errors) -> _Sent:
        """The form with what is wrong with it after all."""
        return replace(self, shown=replace(self.shown, errors=errors))


def _sent(request: SettingsRequest, form: Form) -> _Sent:
    more = forms.more_rows(request.POST)
    shown = forms.read(form, request.POST, request.FILES, more=more)
    if more:
        return _Sent(replace(shown, errors={}), is_wanted=False)
    if wanted := request.POST.get("_refresh"):
        return _Sent(saving.refreshed(request.installation, shown, wanted), is_wanted=False)
    return _Sent(shown, is_wanted=not shown.errors)


def _tab(request: SettingsRequest, shown: Page) -> int:
    word = request.POST.get("_tab", "0")
    number = int(word) if word.isdecimal() and len(word) < 4 else -1
    if not 0 <= number < len(shown.tabs):
        raise Http404("This page has changed: load it again.")
    return number


def _found(
    installation: Installation, store: str, address: str
) -> tuple[SettingsOnRecord, StorePage, Page]:
    record = settings_on_record(installation)
    of_store = record.store(store)
    if of_store is not None:
        for each in pages_of(of_store):
            if each.address == address:
                return record, of_store, each
    raise Http404("There is no such page of settings (any more).")


def _flow(
    installation: Installation, store: str, flow: str
) -> tuple[SettingsOnRecord, StorePage, FlowEntry]:
    record = settings_on_record(installation)
    of_store = record.store(store)
    for each in of_store.flows() if of_store else ():
        if each.id == flow and not each.is_hidden and of_store:
            return record, of_store, each
    raise Http404("There is no such flow (any more).")


def _asked_for(request: SettingsRequest) -> saving.Saving | None:
    """Return the change that the address names.

    Looks at the installation again, after it: when the change is done, the page shows what came of
    it, for it will not be loaded again.
    """
    changed = saving.asked_for(request.installation, request.GET.get("change", ""))
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
        "pages": pages_of(store) if store else [],
        "may_save": request.may_save,
        "is_staff": request.is_staff,
    }
    return render(request, template, around | context, status=status)
