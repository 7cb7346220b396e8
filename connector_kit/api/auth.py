"""Who makes a request, and what they may do.

A request comes from a program with a bearer token, or from staff with a Django session. Every view
names its scopes, one to read and one to write.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from connector_kit.api.throttling import refusal_of_stranger
from connector_kit.models import ApiToken
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.roles import Scope, Scopes, scopes_of
from connector_kit.publisher.tokens import find_token, note_use, scopes_of_token

KEYWORD = "Bearer"


class BearerTokens(BaseAuthentication):
    """``Authorization: Bearer ck_…``. ``request.auth`` is the token's row."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return owner and token; None without the header, so that a session can authenticate."""
        keyword, _, text = request.headers.get("Authorization", "").partition(" ")
        if keyword.lower() != KEYWORD.lower():
            return None
        now = timezone.now()
        token = find_token(text.strip(), now=now)
        if token is None:
            refusal = AuthenticationFailed(
                "The token is unknown, expired, or revoked. To create a new one, run "
                "'connector-kit token create'."
            )
            raise refusal_of_stranger(request, refusal)
        note_use(token, now=now)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  DRF's signature
        """Return the scheme that a 401 asks for."""
        return KEYWORD


class StaffSessions(SessionAuthentication):
    """The session of a logged-in staff member; writes need the CSRF token."""


def granted(request: Request) -> Scopes:
    """What the caller may do."""
    if isinstance(request.auth, ApiToken):
        return scopes_of_token(request.auth)
    return scopes_of(request.user)


def actor_of(request: Request) -> Actor:
    """The caller, as recorded with each change."""
    token = request.auth.name if isinstance(request.auth, ApiToken) else ""
    return Actor.of(request.user, token=token)


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


class _BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its metaclass is not typed
    target_class = BearerTokens
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "bearerFormat": "ck_<key>_<secret>"}


class _SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its metaclass is not typed
    target_class = StaffSessions
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
