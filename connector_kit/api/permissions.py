"""Who may do what: every view names its scopes, one to read and one to write."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from connector_kit.api.auth import granted
from connector_kit.publisher.roles import Scope


class HasScope(BasePermission):
    """Allows requests whose token or role has the view's scope.

    A view says ``read = Scope.…`` and, if it changes anything, ``write = Scope.…``. A view that
    says neither refuses every request.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the request is allowed; the refusal names the missing scope."""
        if not (request.user and request.user.is_authenticated):
            return False
        wanted = scope_of(view, str(request.method))
        if wanted is None:
            return False
        if wanted in granted(request):
            return True
        raise PermissionDenied(f"This requires the scope {wanted}, which is not granted.")


def scope_of(view: Any, method: str) -> Scope | None:
    """The scope that *view* requires for requests with *method*."""
    name = "read" if method in SAFE_METHODS else "write"
    scope = getattr(view, name, None)
    return scope if isinstance(scope, Scope) else None
