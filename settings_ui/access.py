"""Who may see a page or press its buttons."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from connector_kit.publisher.actions import Actor
from connector_kit.publisher.roles import SCOPES, Role, Scope, role_of
from settings_ui.interrupted import log_in_first

View = Callable[..., HttpResponse]


class StaffRequest(HttpRequest):
    """A request of a member of the staff, as `opens` hands it to a view. For type checkers."""

    user: User
    role: Role


def opens(scope: Scope) -> Callable[[View], View]:
    """Admit to the view only users whose role permits *scope*; others are asked to log in."""

    def guarding(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                # The log-in leads back: to the page, or to the form that was sent.
                if request.method in ("GET", "HEAD"):
                    return redirect_to_login(request.get_full_path())
                return log_in_first(request)
            role = role_of(request.user)
            if role is None or scope not in SCOPES[role]:
                able = " or ".join(role for role in Role if scope in SCOPES[role])
                yours = f"you are {role}" if role else "you have no role"
                raise PermissionDenied(
                    f"This requires the {able} role; {yours}. An admin can change your role with "
                    "'connector-kit staff'."
                )
            staff_request = cast("StaffRequest", request)
            staff_request.role = role
            return view(staff_request, *args, **kwargs)

        return guarded

    return guarding


def may(request: StaffRequest, scope: Scope) -> bool:
    """Whether the role of the user who sent *request* permits *scope*."""
    return scope in SCOPES[request.role]


def actor(request: HttpRequest) -> Actor:
    """Who is recorded as the actor of this request."""
    return Actor.of(request.user)
