"""Where the benchmarks play: the services, and customers who all have the first version.

The demo's field, with all of Django available as well: benchmarks choose the version of an update,
and read the records.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

from workshop.bench.held import Call, HeldCalls
from workshop.customers import Customer
from workshop.field import Field
from workshop.services import Services

VERSIONS = ("examples.commerce.v1_0:CommerceHub", "examples.commerce.v1_1:CommerceHub")
"""An update of ordinary size: two components are new, four change, one goes."""

SINGLES = 42
"""Customers with an account of their own: two to look at, two groups of twenty to compare."""

SHARED_ACCOUNTS, INSTALLATIONS_EACH = 2, 60
"""Accounts with many installations, in which an update waits for the rate limit."""

WITHOUT_LIMIT = {
    "DEBUG": "0",
    "CONNECTOR_KIT_RATE_SIZE": "1000000",
    "CONNECTOR_KIT_RATE_PER_SECOND": "1000000",
}
"""As in production, except for the limit, which would only measure itself."""


class Ground:
    """Running services, installed customers, a way to push."""

    def __init__(self, field: Field, singles: list[Customer], shared: list[Customer]) -> None:
        self.field = field
        self.singles = singles
        self.shared = shared
        self.publisher = field.publisher()
        self._stack_id = str(self.publisher.connectors.get(field.connector_id)["_stackId"])

    @property
    def services(self) -> Services:
        """The processes."""
        return self.field.services

    @property
    def base_url(self) -> str:
        """Where the platform's API is."""
        return self.services.sandbox.base_url

    def control(self, path: str, body: object = None) -> Any:
        """Ask the sandbox, or with *body* tell it."""
        return self.services.sandbox.control(path, body)

    def respond_after(self, milliseconds: float) -> None:
        """Make each answer of the platform take this long; 0: as fast as it can."""
        slow = {"rate": 1, "kinds": ["slow"], "slow_seconds": milliseconds / 1000}
        self.control("faults", slow if milliseconds else {"rate": 0})

    def call_at(self, address: str) -> None:
        """Have the platform call the connector's functions at *address*."""
        operation = {"op": "add", "path": "/server/hostURI", "value": address}
        self.publisher.stacks.patch(self._stack_id, [operation])

    def push(self, customers: Iterable[Customer]) -> None:
        """Push an update to *customers*."""
        ids = [customer.integration_id for customer in customers]
        self.publisher.connectors.push_update(self.field.connector_id, ids)

    def drain(self) -> None:
        """Wait until no update runs anymore; raises RuntimeError when one does not end."""
        if not self.control("drain", {})["drained"]:
            raise RuntimeError("the updates do not end")

    @contextmanager
    def held(self, held: HeldCalls, customers: Sequence[Customer]) -> Iterator[list[Call]]:
        """Push to *customers* and hold the calls, so that the caller can use them."""
        self.call_at(held.address)
        self.push(customers)
        try:
            yield held.take(len(customers))
        finally:
            held.release()
            self.drain()


@contextmanager
def prepared(folder: Path) -> Iterator[Ground]:
    """Start everything, install the first version everywhere, publish the second."""
    options = ("--bucket", "0", "--push-parallelism", "40")
    accounts = SINGLES + SHARED_ACCOUNTS
    with Services(
        folder, accounts=accounts, sandbox_options=options, settings=WITHOUT_LIMIT
    ) as services:
        sandbox = services.start_sandbox()
        services.start_redis()
        services.migrate()
        services.start_web()
        os.environ.update(services.env)
        django.setup()
        known = [(account["token"], account["email"]) for account in sandbox.accounts]
        singles, shared = known[:SINGLES], known[SINGLES:] * INSTALLATIONS_EACH
        customers = [Customer(sandbox.base_url, *row) for row in (*singles, *shared)]
        field = Field(services, customers)
        field.publish(VERSIONS[0])
        field.grant_licenses()
        deque(field.install_everywhere(), maxlen=0)
        field.publish(VERSIONS[1])
        yield Ground(field, customers[:SINGLES], customers[SINGLES:])
