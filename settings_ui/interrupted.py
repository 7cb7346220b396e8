"""A form that arrived after its user was logged out, or that an earlier session had opened.

It is not carried out, but not lost: what was typed comes back on a page that says what happened,
asks for a log-in where one is needed, and offers to send it again. Nothing of it is stored here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.forms import AuthenticationForm
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from settings_ui.forms.widgets import SECRET

SETTINGS = "/settings/"
KEPT = "kept"
"""Name of the log-in form's field that holds the interrupted form."""

_SALT = "settings_ui.interrupted"
_LIFETIME = 12 * 60 * 60
_SECRET = ("password", "credential:")
_AT_MOST = 500_000
"""Characters that are kept; people do not type more."""


@dataclass(frozen=True)
class Interrupted:
    """What was sent: the target, the names and values, and the page that it came from."""

    path: str
    fields: list[tuple[str, str]]
    back: str
    has_files: bool = False

    @property
    def is_of_settings(self) -> bool:
        """Whether it goes back to the settings, where it is shown before it is saved."""
        return self.path.startswith(SETTINGS)

    @property
    def listed(self) -> list[tuple[str, str]]:
        """What people see of it."""
        fields = [] if self.is_of_settings else self.fields
        return [(name, value) for name, value in fields if value and name != "do"][:12]


def interrupted(request: HttpRequest) -> Interrupted | None:
    """What *request* wanted to do; None where it may hold a password, or is too long to keep."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and not name.endswith(SECRET)
    ]
    if any(name.startswith(_SECRET) for name, _ in fields):
        return None
    if sum(len(name) + len(value) for name, value in fields) > _AT_MOST:
        return None
    if request.path.startswith(SETTINGS):
        fields.append(("_more", ""))
    return Interrupted(request.get_full_path(), fields, came_from(request), bool(request.FILES))


def came_from(request: HttpRequest) -> str:
    """Our page that *request*'s form was on; the part above its address, if that is not known."""
    referer = request.headers.get("Referer", "")
    parts = urlsplit(referer)
    log_in = reverse("console:log-in")
    if _is_ours(request, referer) and parts.path not in ("", log_in, request.path):
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return request.path.rstrip("/").rpartition("/")[0] + "/"


def is_from_here(request: HttpRequest) -> bool:
    """Whether one of our pages sent *request*, by browser headers that other sites cannot forge."""
    origin = request.headers.get("Origin")
    return _is_ours(request, request.headers.get("Referer", "") if origin is None else origin)


def _is_ours(request: HttpRequest, address: str) -> bool:
    return bool(urlsplit(address).netloc) and url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )


def log_in_first(request: HttpRequest) -> HttpResponse:
    """Ask a user who sent a form without being logged in to log in, and keep the form meanwhile."""
    kept = interrupted(request)
    context = {
        "form": AuthenticationForm(request),
        "next": came_from(request),
        "kept": seal(kept) if kept else "",
        "was_interrupted": True,
        "places": (),
    }
    return render(request, "console/log_in.html", context, status=403)


def send_again(request: HttpRequest, kept: Interrupted, *, status: int = 200) -> HttpResponse:
    """Show what was not done, and offer to send it again."""
    context: dict[str, Any] = {
        "kept": kept,
        "is_console": not kept.is_of_settings,
        "is_closed": False,
    }
    return render(request, "settings_ui/send_again.html", context, status=status)


def link_expired(request: HttpRequest) -> HttpResponse:
    """Tell a customer who sends settings that the link has expired; what was typed is kept."""
    context = {"kept": interrupted(request), "is_console": False, "is_closed": True}
    return render(request, "settings_ui/send_again.html", context, status=404)


def seal(kept: Interrupted) -> str:
    """Return *kept* as text that no one else can forge."""
    return signing.dumps(asdict(kept), salt=_SALT, compress=True)


def unseal(text: str) -> Interrupted | None:
    """Return what was sealed; None for anything else, or when it is too old."""
    try:
        content = signing.loads(text, salt=_SALT, max_age=_LIFETIME)
    except signing.BadSignature:
        return None
    return Interrupted(**content)
