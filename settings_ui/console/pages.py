"""What every page of the console has around its own content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

PLACES = {
    "overview": "Overview",
    "connectors": "Connectors",
    "installations": "Install base",
    "rollouts": "Rollouts",
    "audit": "Audit log",
}
"""The console's main places, by the names of their addresses."""


def page(
    request: HttpRequest, template: str, *, place: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    """Return the page made of *template* and *context*, in the main *place* it belongs to."""
    return render(request, f"console/{template}", around(request, place) | context, status=status)


def around(request: HttpRequest, place: str) -> dict[str, Any]:
    """Return what every page of the console has besides its own, in the main *place*."""
    return {
        "place": place,
        "places": [(name, reverse(f"console:{name}"), words) for name, words in PLACES.items()],
    }
