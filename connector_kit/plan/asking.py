"""How the settings page of framework 1.0 asks the customer to log in to a connection.

The page has sections, and of each it shows title and description, whether there is anything to
set in it or not (protocol/settings-forms.md#13-flow-section-and-flow-entry).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.documents import Document
from connector_kit.plan.needs import Need, Waiting

TITLE = "Connect to finish this update"
"""Title of the section that asks; pages that ask in their own way leave it out."""


def with_request(integration: CompiledComponent, needs: Sequence[Need]) -> CompiledComponent:
    """Return the installation's page with the request to the customer above everything else.

    Forms of framework 2.0 have no place for it: *integration* is returned as it is.
    """
    settings = integration.document.get("settings")
    if not needs or not isinstance(settings, dict) or "sections" not in settings:
        return integration
    request: Document = {"title": TITLE, "description": request_for(needs), "flows": []}
    sections = settings["sections"]
    if settings.get("supportsMultiStore"):
        asked = [{**store, "sections": [request, *store["sections"]]} for store in sections]
    else:
        asked = [request, *sections]
    document = {**integration.document, "settings": {**settings, "sections": asked}}
    return replace(integration, document=document)


def request_for(needs: Iterable[Need]) -> str:
    """Return the request to the customer, worded for the customer."""
    asked = " ".join(
        f"Open the connection “{need.name}” and enter its credentials: {_what_waits(need)}."
        for need in needs
    )
    return (
        f"{asked} Everything else is up to date and running. After you connect, save any of these "
        "settings to finish the update."
    )


def _what_waits(need: Need) -> str:
    return ", ".join(map(_what_it_does, need.waiting))


def _what_it_does(waiting: Waiting) -> str:
    """What becomes of something that waits, until it need not."""
    if waiting.is_off:
        return f"until then, “{waiting.name}” is off"
    if waiting.steps:
        return f"until then, “{waiting.name}” runs without {', '.join(waiting.steps)}"
    return f"until then, “{waiting.name}” stays as it was"
