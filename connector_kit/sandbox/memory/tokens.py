"""Bearer tokens: an account's own, and one-time tokens of function calls.

protocol/http-api.md#1-base-authentication-headers, #one-time-tokens
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from connector_kit.sandbox.clock import Clock
from connector_kit.sandbox.errors import refuse, unauthorized

ONE_TIME_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Token:
    """Who a request speaks for: an account or, with *connector_id*, a connector within it."""

    value: str = field(repr=False)
    account_id: str
    connector_id: str | None = None
    integration_id: str | None = None
    expires: float | None = None

    @property
    def kind(self) -> str:
        """``account`` or ``one_time``."""
        return "one_time" if self.connector_id else "account"


class Tokens:
    """All tokens that are valid now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._valid: dict[str, Token] = {}

    def add(self, account_id: str, value: str) -> Token:
        """Make *value* the token of an account."""
        return self._keep(Token(value, account_id))

    def issue(self, account_id: str, connector_id: str, integration_id: str) -> Token:
        """Make a one-time token, for as long as one function call takes (U2)."""
        expires = self._clock.now() + ONE_TIME_SECONDS
        value = secrets.token_hex(24)
        return self._keep(Token(value, account_id, connector_id, integration_id, expires))

    def revoke(self, token: Token) -> None:
        """Let *token* die: the function's answer has arrived."""
        self._valid.pop(token.value, None)

    def authenticate(self, header: str | None) -> Token:
        """Return whom an ``Authorization`` header speaks for.

        Raises `Refusal`: 400 for a doubled prefix, 401 for anything else that is not a valid token.
        """
        parts = (header or "").split()
        if len(parts) > 2 and parts[0].lower() == parts[1].lower() == "bearer":
            raise refuse(400, "bad_request", "The Authorization header says Bearer twice.")
        if len(parts) != 2 or parts[0].lower() != "bearer":
            raise unauthorized("Send the header 'Authorization: Bearer <token>'.")
        token = self._valid.get(parts[1])
        if token is None:
            raise unauthorized("The token is wrong, revoked or used up.")
        if token.expires is not None and token.expires <= self._clock.now():
            self.revoke(token)
            raise unauthorized("The one-time token is older than 15 minutes.")
        return token

    def _keep(self, token: Token) -> Token:
        self._valid[token.value] = token
        return token
