"""What every page of the console has around its own content."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from connector_kit.publisher.roles import Scope
from settings_ui.access import StaffRequest, may

PLACES = {
    "overview": ("Overview", Scope.CONNECTORS_READ),
    "connectors": ("Connectors", Scope.CONNECTORS_READ),
    "installations": ("Install base", Scope.INSTALLATIONS_READ),
    "licenses": ("Licenses", Scope.LICENSES_READ),
    "rollouts": ("Rollouts", Scope.ROLLOUTS_READ),
    "audit": ("Audit log", Scope.STAFF_READ),
}
"""The console's main sections, by the names of their addresses, and the scopes that they need."""


def page(request: StaffRequest, template: str, *, place: str = "", **context: Any) -> HttpResponse:
    """Return the page made of *template* and *context*, in the main *place* it belongs to."""
    return render(request, f"console/{template}", around(request, place) | context)


def around(request: StaffRequest, place: str) -> dict[str, Any]:
    """Return what every page of the console has in common; *place* is its main section."""
    return {
        "place": place,
        "places": [
            (name, reverse(f"console:{name}"), words)
            for name, (words, scope) in PLACES.items()
            if may(request, scope)
        ],
        "role": request.role,
        "may_act": may(request, Scope.ROLLOUTS_WRITE),
    }


def key_in(query: QueryDict, name: str = "before") -> int | None:
    """The row key that *query* gives as *name*; None without one, or with nonsense."""
    word = query.get(name, "")
    return int(word) if word.isdecimal() and len(word) < 19 else None
