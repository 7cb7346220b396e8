"""Whether a request comes from integrator.io: it knows the stack's system token."""

import hmac
from collections.abc import Iterable

from connector_kit.extension.answers import refusal
from connector_kit.extension.errors import ErrorEntry

REFUSED = refusal(
    401,
    ErrorEntry("unauthorized", "Invalid system token."),
    headers={"WWW-Authenticate": "invalid system token"},
)
"""The answer to anyone else."""


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


class SystemTokens:
    """The tokens that the platform may send; empty ones do not count."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = tuple(token.encode() for token in tokens if token)

    def __contains__(self, token: str | None) -> bool:
        """Tell, in a time that depends on no secret, whether *token* is one of them."""
        if token is None:
            return False
        presented = token.encode("utf-8", "surrogatepass")
        is_known = False
        for chunk in self._tokens:
            is_known |= hmac.compare_digest(presented, chunk)
        return is_known
