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

View = Callable[..., HttpResponse]


class StaffRequest(HttpRequest):
    """A request of a member of the staff, as `opens` hands it to a view. For type checkers."""

    user: User
    role: Role


def opens(scope: Scope) -> Callable[[View], View]:
    """Let only those into the view whose role opens *scope*; strangers are asked to log in."""

    def guarding(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            role = role_of(request.user)
            if role is None or scope not in SCOPES[role]:
                raise PermissionDenied(_refusal(role, scope))
            return view(_of_staff(request, role), *args, **kwargs)

        return guarded

    return guarding


def _of_staff(request: HttpRequest, role: Role) -> StaffRequest:
    staff = cast("StaffRequest", request)
    staff.role = role
    return staff


def may(request: StaffRequest, scope: Scope) -> bool:
    """Whether the role of whoever sent *request* opens *scope*."""
    return scope in SCOPES[request.role]


def actor(request: HttpRequest) -> Actor:
    """Who is to be written down for what this request does."""
    return Actor.of(request.user)


def _refusal(role: Role | None, scope: Scope) -> str:
    able = ", ".join(each for each in Role if scope in SCOPES[each])
    yours = f"You are {role}" if role else "You have no role"
    return f"{yours}, and this takes one of: {able}. An admin can change that ('manage.py staff')."
