"""Bearer tokens: an account's own, access tokens, and one-time tokens of function calls.

protocol/http-api.md#1-base-authentication-headers, #one-time-tokens
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from connector_kit.sandbox.clock import Clock
from connector_kit.sandbox.http.errors import refuse, unauthorized

ONE_TIME_SECONDS = 15 * 60
ACCOUNT, ACCESS, ONE_TIME = "account", "access", "one_time"


@dataclass(frozen=True, slots=True)
class Scope:
    """The few documents that a token may use; everything else is out of its reach.

    *every* means all exports and imports that are stored in the account.
    """

    connections: frozenset[str] = frozenset()
    exports: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    every: bool = False

    def holds(self, resource: str, identity: str) -> bool:
        """Whether a document of the account may be used."""
        if resource not in ("connections", "exports", "imports"):
            return False
        if self.every and resource != "connections":
            return True
        held: frozenset[str] = getattr(self, resource)
        return identity in held


@dataclass(frozen=True, slots=True)
class Token:
    """Who a request speaks for: an account or, with *connector_id*, a connector within it.

    *kind* is ``account``, ``access`` or ``one_time``; *scope* limits it to a few documents.
    *user_id* is set when someone other than the account's owner acts in it, *integrations* when
    that user may act in some integrations only.
    """

    value: str = field(repr=False)
    account_id: str
    connector_id: str | None = None
    integration_id: str | None = None
    expires: float | None = None
    kind: str = ACCOUNT
    scope: Scope | None = None
    user_id: str | None = None
    integrations: frozenset[str] | None = None


class Tokens:
    """All tokens that are valid now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._valid: dict[str, Token] = {}

    def add(self, account_id: str, value: str) -> Token:
        """Make *value* the token of an account."""
        return self.keep(Token(value, account_id))

    def keep(self, token: Token) -> Token:
        """Let *token* be valid from now on."""
        self._valid[token.value] = token
        return token

    def issue(
        self,
        account_id: str,
        connector_id: str | None,
        integration_id: str | None,
        scope: Scope | None = None,
    ) -> Token:
        """Make a one-time token, for as long as one function call takes (U2)."""
        return self.keep(
            Token(
                value=secrets.token_hex(24),
                account_id=account_id,
                connector_id=connector_id,
                integration_id=integration_id,
                expires=self._clock.now() + ONE_TIME_SECONDS,
                kind=ONE_TIME,
                scope=scope,
            )
        )

    def revoke(self, value: str) -> None:
        """Let a token die: the function's answer has arrived, or its owner wants it."""
        self._valid.pop(value, None)

    def authenticate(self, header: str | None) -> Token:
        """Return the token in an ``Authorization`` header.

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
            self.revoke(token.value)
            raise unauthorized("The token has expired; a one-time token lives for 15 minutes.")
        return token
