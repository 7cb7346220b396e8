"""The front door to integrator.io: one client per token."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import TypeVar
from urllib.parse import urlsplit

from connector_kit.documents import Document
from connector_kit.integrator.resources.access_tokens import AccessTokens
from connector_kit.integrator.resources.account import Audit, Notifications, RecycleBin, Users
from connector_kit.integrator.resources.connections import Connections
from connector_kit.integrator.resources.connectors import Connectors
from connector_kit.integrator.resources.documents import Tile, TokenInfo
from connector_kit.integrator.resources.exports import Exports
from connector_kit.integrator.resources.flows import Flows
from connector_kit.integrator.resources.imports import Imports
from connector_kit.integrator.resources.integrations import Integrations
from connector_kit.integrator.resources.job_retries import Retries
from connector_kit.integrator.resources.jobs import Jobs
from connector_kit.integrator.resources.licenses import OwnLicenses
from connector_kit.integrator.resources.lookup_caches import LookupCaches
from connector_kit.integrator.resources.part import Part
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.route import Route
from connector_kit.integrator.resources.scripts import Scripts
from connector_kit.integrator.resources.stacks import Stacks, StackShares
from connector_kit.integrator.resources.state import State
from connector_kit.integrator.resources.templates import Templates
from connector_kit.integrator.resources.usage import LIFETIME, Usage, jobs_between, usage
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.one_time import DuringCall, OneTimeToken
from connector_kit.integrator.transport.pool import Pool
from connector_kit.integrator.transport.retry import RetryPolicy
from connector_kit.integrator.transport.secret import Secret, read_token
from connector_kit.integrator.transport.throttle import MemoryThrottle, Throttle
from connector_kit.integrator.transport.timing import Deadline, Timeout
from connector_kit.integrator.transport.transport import Transport

NORTH_AMERICA = "https://api.integrator.io/v1"
EUROPE = "https://api.eu.integrator.io/v1"

R = TypeVar("R", bound=Route)

PUBLISHER_ACCOUNT = "publisher"
"""The rate limit's bucket for the publisher's own account: every process of the kit shares it."""


class Client:
    """Calls one account of integrator.io with one token.

    *account* names the rate limit's bucket: clients with different tokens of one account name the
    same one; if it is left out, the token serves as the name. *throttle* and *pool* can be shared
    by clients and threads; the client itself belongs to one thread. No request starts after
    *deadline*, nor waits longer than it. A context manager that closes the connections of its own.
    """

    connections = Part(Connections, "connections")
    connectors = Part(Connectors, "connectors")
    integrations = Part(Integrations, "integrations")
    exports = Part(Exports, "exports")
    imports = Part(Imports, "imports")
    flows = Part(Flows, "flows")
    scripts = Part(Scripts, "scripts")
    stacks = Part(Stacks, "stacks")
    stack_shares = Part(StackShares, "sshares")
    lookup_caches = Part(LookupCaches, "lookupcaches")
    tools = Part(Resource, "tools")
    apis = Part(Resource, "apis")
    mcp_servers = Part(Resource, "mcpservers")
    async_helpers = Part(Resource, "asynchelpers")
    file_definitions = Part(Resource, "filedefinitions")
    edi_profiles = Part(Resource, "ediprofiles")
    iclients = Part(Resource, "iclients")
    templates = Part(Templates, "templates")
    access_tokens = Part(AccessTokens, "accesstokens")
    licenses = Part(OwnLicenses, "licenses")
    jobs = Part(Jobs, "jobs")
    retries = Part(Retries, "retries")
    notifications = Part(Notifications, "notifications")
    users = Part(Users, "ashares")
    audit = Part(Audit, "audit")
    recycle_bin = Part(RecycleBin, "recycleBinTTL")

    def __init__(
        self,
        token: str | Secret,
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
        secret = token if isinstance(token, Secret) else read_token(token)
        self._owns_pool = pool is None
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise ValueError(
                f"{parts.hostname or base_url!r} is not a base URL. Use a URL such as "
                f"{NORTH_AMERICA}, without user information."
            )
        self._transport = Transport(
            base_url=base_url.rstrip("/"),
            token=secret,
            account=account or secret.fingerprint(),
            pool=pool or Pool(),
            throttle=throttle or MemoryThrottle(),
            retry=retry or RetryPolicy(),
            timeout=timeout or Timeout(),
            deadline=deadline,
        )

    @classmethod
    def for_call(
        cls,
        token: OneTimeToken,
        *,
        base_url: str = NORTH_AMERICA,
        account: str | None = None,
        throttle: Throttle | None = None,
        retry: RetryPolicy | None = None,
        timeout: Timeout | None = None,
        deadline: Deadline | None = None,
        pool: Pool | None = None,
    ) -> Client:
        """Return a client that is valid as long as the function call that came with *token*.

        Several clients of one token, one for each thread, end together. Afterward they raise
        `CallEnded`, as does this method for a call that is already over.
        """
        return cls(
            token.secret(),
            base_url=base_url,
            account=account,
            throttle=DuringCall(throttle or MemoryThrottle(), token),
            retry=retry,
            timeout=timeout,
            deadline=token.deadline.earlier(deadline),
            pool=pool,
        )

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
        """Close the connections, unless they belong to a shared pool."""
        if self._owns_pool:
            self._transport.pool.close()

    @property
    def requests_sent(self) -> int:
        """How many requests were sent or attempted, including retries."""
        return self._transport.requests_sent

    def token_info(self) -> TokenInfo:
        """Return whose token it is: the cheapest check of a token."""
        info: TokenInfo = self._transport.send(calls.get("/tokenInfo", expects=dict)).body
        return info

    def resource(self, path: str) -> Resource:
        """Return the documents at *path*, the platform's word: ``asynchelpers``."""
        return Resource(self._transport, path.strip("/"))

    def part(self, kind: type[R], path: str) -> R:
        """Return the calls below *path* that *kind* knows."""
        return kind(self._transport, path)

    def state(self, resource: str | None = None, document_id: str | None = None) -> State:
        """Return the state of the account, or of one document of *resource*.

        Raises ValueError for half an owner: values meant for a document would become the account's.
        """
        if (resource is None) != (document_id is None):
            raise ValueError("The state of a document requires its resource and its id.")
        owner = () if resource is None or document_id is None else (resource, document_id)
        return State(self._transport, *owner)

    def tiles(self) -> Iterator[Tile]:
        """Yield the account's integrations as the start page shows them."""
        return self._transport.items(calls.get("/tiles", expects=list))

    def tags(self) -> Iterator[Document]:
        """Yield the tags that errors can be given."""
        return self._transport.items(calls.get("/tags", expects=list))

    def published(self) -> Iterator[Document]:
        """Yield the connectors of the marketplace."""
        return self._transport.items(calls.get("/published", expects=list))

    def usage(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        integration_ids: Iterable[str] | None = None,
    ) -> list[Usage]:
        """Return the usage of all integrations, or of the named ones, in the last 30 days.

        Jobs are kept no longer than that; *since* and *until* narrow it. Exports and imports that
        were run on their own belong to no integration and are not counted.
        """
        until = until or datetime.now(UTC)
        since = since or until - LIFETIME
        if integration_ids is None:
            integration_ids = [
                integration["_id"] for integration in self.integrations.list(exclude="settings")
            ]
        return usage(
            job
            for integration_id in integration_ids
            for job in jobs_between(self.jobs, since, until, integration_id=integration_id)
        )
