"""How the settings page of framework 1.0 asks the customer to log in to a connection.

The page has sections, and of each it shows title and description, whether there is anything to
set in it or not (protocol/settings-forms.md#13-flow-section-and-flow-entry).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.documents import Document
from connector_kit.plan.awaited_connections import Need

TITLE = "Connect to finish this update"
"""Title of the section that asks; pages that ask in their own way leave it out."""

LABELS = ("connect-title", "connect-request")
"""The fields of the request in a form of framework 2.0: no setting has such a name."""


def with_request(integration: CompiledComponent, needs: Sequence[Need]) -> CompiledComponent:
    """Return the installation's page with the request to the customer above everything else.

    The form of framework 2.0 gets the request when it is opened: *integration* is returned as it
    is.
    """
    settings = integration.document.get("settings")
    if not needs or not isinstance(settings, dict) or "sections" not in settings:
        return integration
    request: Document = {"title": TITLE, "description": request_for(needs), "flows": []}
    sections = settings["sections"]
    if settings.get("supportsMultiStore"):
        sections = [{**store, "sections": [request, *store["sections"]]} for store in sections]
    else:
        sections = [request, *sections]
    document = {**integration.document, "settings": {**settings, "sections": sections}}
    return replace(integration, document=document)


def with_request_above(form: Document, needs: Sequence[Need]) -> Document:
    """Return the *form* metadata of framework 2.0 with the request above its fields, as labels."""
    if not needs:
        return form
    labels = {
        LABELS[0]: _label(LABELS[0], "labeltitle", TITLE),
        LABELS[1]: _label(LABELS[1], "labelvalue", request_for(needs)),
    }
    layout: Document = form.get("layout") or {"fields": [*(form.get("fieldMap") or {})]}
    return {
        **form,
        "fieldMap": {**labels, **(form.get("fieldMap") or {})},
        "layout": {**layout, "fields": [*labels, *layout.get("fields", ())]},
    }


def _label(name: str, kind: str, text: str) -> Document:
    return {"id": name, "name": name, "type": kind, "label": text}


def request_for(needs: Iterable[Need]) -> str:
    """Return the request to the customer, worded for the customer."""
    requests = []
    for need in needs:
        delayed = []
        for waiting in need.waiting:
            if waiting.is_off:
                meanwhile = "is off"
            elif waiting.steps:
                meanwhile = f"runs without {', '.join(waiting.steps)}"
            else:
                meanwhile = "stays as it was"
            delayed.append(f"until then, “{waiting.name}” {meanwhile}")
        requests.append(
            f"Open the connection “{need.name}” and enter its credentials: {', '.join(delayed)}."
        )
    return (
        f"{' '.join(requests)} Everything else is up to date and running. After you connect, save "
        "any of these settings to finish the update."
    )
