"""The front door to integrator.io: one client per token."""

from __future__ import annotations

import re
from types import TracebackType
from urllib.parse import urlsplit

from connector_kit.integrator import calls
from connector_kit.integrator.connections import Connections
from connector_kit.integrator.connectors import Connectors
from connector_kit.integrator.documents import TokenInfo
from connector_kit.integrator.errors import Unauthorized
from connector_kit.integrator.integrations import Integrations
from connector_kit.integrator.pool import Pool
from connector_kit.integrator.resource import Resource
from connector_kit.integrator.retry import RetryPolicy
from connector_kit.integrator.secret import Secret
from connector_kit.integrator.stacks import Stacks
from connector_kit.integrator.state import State
from connector_kit.integrator.throttle import MemoryThrottle, Throttle
from connector_kit.integrator.timing import Deadline, Timeout
from connector_kit.integrator.transport import Transport

NORTH_AMERICA = "https://api.integrator.io/v1"
EUROPE = "https://api.eu.integrator.io/v1"

PUBLISHER_ACCOUNT = "publisher"
"""The rate limit's bucket for the publisher's own account: every process of the kit shares it."""


class Client:
    """Calls one account of integrator.io with one token.

    *account* names the rate limit's bucket: clients with different tokens of one account name the
    same one; left out, the token stands for its account. *throttle* and *pool* are shared by
    clients and threads, the client itself belongs to one thread. No request starts after
    *deadline*, nor waits longer than it. A context manager that closes the connections of its own.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str = NORTH_AMERICA,
        account: str | None = None,
        throttle: Throttle | None = None,
        retry: RetryPolicy | None = None,
        timeout: Timeout | None = None,
        deadline: Deadline | None = None,
        pool: Pool | None = None,
    ) -> None:
        """Raises `Unauthorized` for what cannot be a token, ValueError for what is no base URL."""
        secret = _token(token)
        self._owns_pool = pool is None
        self._transport = Transport(
            base_url=_base_url(base_url),
            token=secret,
            account=account or secret.fingerprint(),
            pool=pool or Pool(),
            throttle=throttle or MemoryThrottle(),
            retry=retry or RetryPolicy(),
            timeout=timeout or Timeout(),
            deadline=deadline,
        )
        self.connections = Connections(self._transport, "connections")
        self.connectors = Connectors(self._transport, "connectors")
        self.integrations = Integrations(self._transport, "integrations")
        self.stacks = Stacks(self._transport, "stacks")
        self.exports = self.resource("exports")
        self.imports = self.resource("imports")
        self.flows = self.resource("flows")
        self.scripts = self.resource("scripts")

    def __repr__(self) -> str:
        return f"<Client {self._transport.base_url} account {self._transport.account}>"

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, unless they are of a shared pool."""
        if self._owns_pool:
            self._transport.pool.close()

    @property
    def requests_sent(self) -> int:
        """How many requests were sent or tried to be, repeats included."""
        return self._transport.requests_sent

    def token_info(self) -> TokenInfo:
        """Return whose token it is: the cheapest check of a token."""
        info: TokenInfo = self._transport.send(calls.get("/tokenInfo", expects=dict)).body
        return info

    def resource(self, path: str) -> Resource:
        """Return the documents at *path*, the platform's word: ``asynchelpers``."""
        return Resource(self._transport, path.strip("/"))

    def state(self, resource: str | None = None, document_id: str | None = None) -> State:
        """Return the state of the account, or of one document of *resource*."""
        owner = (resource, document_id) if resource and document_id else ()
        return State(self._transport, *owner)


def _token(text: str) -> Secret:
    """A token as it is pasted: perhaps with its prefix, never with what a header cannot carry."""
    token = re.sub(r"^Bearer(\s+|$)", "", text.strip())
    if not token:
        raise Unauthorized("No token was given for integrator.io.", code="no_token")
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise Unauthorized(
            "The token for integrator.io holds characters that no token has: spaces, line ends or "
            "letters beyond ASCII. Copy it again.",
            code="malformed_token",
        )
    return Secret(token)


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ValueError(
            f"{parts.hostname or url!r} is no base URL: give one like {NORTH_AMERICA}, "
            "without a user in it."
        )
    return url.rstrip("/")
