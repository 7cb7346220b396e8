"""The wizard's pages: start one, do its steps, take it away again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connector_kit.errors import ConnectorKitError
from connector_kit.models import Connector
from connector_kit.publisher import install_preview
from connector_kit.publisher.roles import Scope
from settings_ui.access import StaffRequest, actor, opens
from settings_ui.console.pages import around

CREDENTIAL = "credential:"
"""Prefix of the form's names for what a connection needs; the path in its document follows."""


@require_http_methods(["GET", "POST"])
@opens(Scope.INSTALLATIONS_WRITE)
def start(request: StaffRequest, slug: str) -> HttpResponse:
    """Show the previews of a connector, or start another one."""
    connector = get_object_or_404(Connector, slug=slug)
    try:
        if request.method == "POST":
            edition = request.POST.get("edition", "").strip()
            integration_id = install_preview.start_preview(
                connector, edition=edition, by=actor(request)
            )
            return redirect("wizard:steps", slug, integration_id)
        running = install_preview.previews(connector)
    except ConnectorKitError as error:
        return _page(request, connector, "start.html", status=503, trouble=str(error))
    return _page(request, connector, "start.html", previews=running)


@require_GET
@opens(Scope.INSTALLATIONS_WRITE)
def steps(request: StaffRequest, slug: str, integration_id: str) -> HttpResponse:
    """Show the steps: which are done, and which is next."""
    connector = get_object_or_404(Connector, slug=slug)
    try:
        preview = install_preview.look(connector, integration_id)
    except ConnectorKitError as error:
        return _page(request, connector, "start.html", status=503, trouble=str(error))
    return _page(request, connector, "steps.html", preview=preview, prefix=CREDENTIAL)


@require_POST
@opens(Scope.INSTALLATIONS_WRITE)
def connect(request: StaffRequest, slug: str, integration_id: str) -> HttpResponse:
    """Write what was entered into the step's connection, then do the step as the wizard does."""
    connector = get_object_or_404(Connector, slug=slug)
    entered = {
        name.removeprefix(CREDENTIAL): str(value)
        for name, value in request.POST.items()
        if name.startswith(CREDENTIAL)
    }
    function = request.POST.get("function", "")
    return _done(
        request,
        connector,
        integration_id,
        lambda: install_preview.connect(connector, integration_id, function, entered),
    )


@require_POST
@opens(Scope.INSTALLATIONS_WRITE)
def run(request: StaffRequest, slug: str, integration_id: str) -> HttpResponse:
    """Run a step that has no connection of its own."""
    connector = get_object_or_404(Connector, slug=slug)
    function = request.POST.get("function", "")
    return _done(
        request,
        connector,
        integration_id,
        lambda: install_preview.run_step(connector, integration_id, function),
    )


@require_POST
@opens(Scope.INSTALLATIONS_WRITE)
def add_store(request: StaffRequest, slug: str, integration_id: str) -> HttpResponse:
    """Add a store to the preview, and show its steps."""
    connector = get_object_or_404(Connector, slug=slug)
    try:
        store_id = install_preview.add_store(connector, integration_id, by=actor(request))
    except ConnectorKitError as error:
        messages.error(request, str(error))
        return redirect("wizard:steps", slug, integration_id)
    return redirect("wizard:steps", slug, store_id)


@require_POST
@opens(Scope.INSTALLATIONS_WRITE)
def end(request: StaffRequest, slug: str, integration_id: str) -> HttpResponse:
    """Uninstall the preview, or remove one of its stores."""
    connector = get_object_or_404(Connector, slug=slug)
    try:
        parent_id = install_preview.end_preview(connector, integration_id, by=actor(request))
    except ConnectorKitError as error:
        messages.error(request, str(error))
        return redirect("wizard:steps", slug, integration_id)
    if parent_id:
        messages.success(request, "Store removed.")
        return redirect("wizard:steps", slug, parent_id)
    messages.success(request, "Preview uninstalled.")
    return redirect("wizard:start", slug)


def _done(
    request: HttpRequest, connector: Connector, integration_id: str, step: Callable[[], str]
) -> HttpResponse:
    """Do the *step*, which says what is wrong with it, and show the steps again."""
    try:
        problem = step()
    except ConnectorKitError as error:
        problem = str(error)
    if problem:
        messages.error(request, problem)
    return redirect("wizard:steps", connector.slug, integration_id)


def _page(
    request: StaffRequest, connector: Connector, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    context = around(request, "connectors") | {"connector": connector} | context
    return render(request, f"wizard/{template}", context, status=status)
