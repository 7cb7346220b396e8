"""Whether a request comes from integrator.io: it knows the stack's system token."""

import hmac
from collections.abc import Sequence

from connector_kit.extension.answers import refusal
from connector_kit.extension.errors import ErrorEntry

REFUSED = refusal(
    401,
    ErrorEntry("unauthorized", "Invalid system token."),
    headers={"WWW-Authenticate": "invalid system token"},
)
"""The answer to anybody else."""


def presented_token(authorization: str | None, body: object, query: str | None) -> str | None:
    """Return the token of a request, None when there is none.

    The header, once there, is the only place looked at; then the body's ``access_token``, then
    the query's (protocol/extension.md#authentication).
    """
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        return token if scheme.lower() == "bearer" and token and " " not in token else None
    in_body = body.get("access_token") if isinstance(body, dict) else None
    if in_body:
        return in_body if isinstance(in_body, str) else None
    return query or None


def is_system_token(token: str | None, system_tokens: Sequence[str]) -> bool:
    """Tell, in a time that depends on no secret, whether *token* is one of *system_tokens*."""
    presented = (token or "").encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(presented, each.encode()) for each in system_tokens if each]
    return token is not None and any(matches)
