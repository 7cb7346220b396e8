"""The platform as one object: everything a request may touch."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, Protocol

from connector_kit.sandbox.account.audit_log import Audit
from connector_kit.sandbox.account.mails import Mails
from connector_kit.sandbox.account.recycle_bin import Bin
from connector_kit.sandbox.account.tokens import Tokens
from connector_kit.sandbox.applications.catalog import applications
from connector_kit.sandbox.applications.hosting import Applications
from connector_kit.sandbox.caches.store import Caches
from connector_kit.sandbox.clock import Clock
from connector_kit.sandbox.connections.backends import Backends
from connector_kit.sandbox.connections.logs import Logs
from connector_kit.sandbox.connectors.license_store import Licenses
from connector_kit.sandbox.connectors.pushes import Pushes
from connector_kit.sandbox.documents.store import Account, Store
from connector_kit.sandbox.flows.failures import Failures
from connector_kit.sandbox.http.faults import KINDS, Faults, Misfortune
from connector_kit.sandbox.http.files import Files
from connector_kit.sandbox.http.journal import Journal
from connector_kit.sandbox.http.rate_limit import Buckets
from connector_kit.sandbox.jobs.queue import Queue
from connector_kit.sandbox.jobs.retry_store import Retries
from connector_kit.sandbox.jobs.store import Jobs
from connector_kit.sandbox.options import Options
from connector_kit.sandbox.scripts.javascript import Scripts
from connector_kit.sandbox.stacks.functions import Functions
from connector_kit.sandbox.states.store import States

PUBLISHER_EMAIL = "publisher@example.com"


class SnapshotPart(Protocol):
    """A part of the memory that goes into a snapshot under its name."""

    @property
    def changes(self) -> int:
        """A number that grows with everything worth saving."""

    def saved(self) -> list[Any]:
        """Return everything as JSON."""

    def restore(self, saved: list[Any]) -> None:
        """Remember what `saved` returned."""

    def expire(self, now: float) -> None:
        """Forget what is too old."""


@dataclass
class Platform:
    """A local integrator.io, without its HTTP server."""

    options: Options
    clock: Clock
    store: Store
    states: States
    licenses: Licenses
    tokens: Tokens
    buckets: Buckets
    misfortune: Misfortune
    journal: Journal
    functions: Functions
    pushes: Pushes
    scripts: Scripts
    applications: Applications
    backends: Backends
    caches: Caches = field(default_factory=Caches)
    jobs: Jobs = field(default_factory=Jobs)
    queue: Queue = field(default_factory=Queue)
    failures: Failures = field(default_factory=Failures)
    retries: Retries = field(default_factory=Retries)
    bin: Bin = field(default_factory=Bin)
    audit: Audit = field(default_factory=Audit)
    logs: Logs = field(default_factory=Logs)
    files: Files = field(default_factory=Files)
    mails: Mails = field(default_factory=Mails)
    last_tidied: float = 0.0
    """When old things were forgotten last, in seconds since the epoch."""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @classmethod
    def of(cls, options: Options) -> Platform:
        """Make an empty platform, without accounts."""
        clock, store, journal = Clock(), Store(), Journal()
        tokens, licenses = Tokens(clock), Licenses()
        kinds = options.fault_kinds or KINDS
        misfortune = Misfortune(Faults(rate=options.fault_rate, kinds=kinds, seed=options.seed))
        functions = Functions(clock, store, tokens, journal, misfortune, options.function_timeout)
        hosting = Applications(applications(), clock, is_on=options.applications)
        return cls(
            options=options,
            clock=clock,
            store=store,
            states=States(),
            licenses=licenses,
            tokens=tokens,
            buckets=Buckets(options.bucket, options.rate, clock.now),
            misfortune=misfortune,
            journal=journal,
            functions=functions,
            pushes=Pushes(store, licenses, functions, journal, options.push_parallelism),
            scripts=Scripts(store),
            applications=hosting,
            backends=Backends(hosting),
        )

    @property
    def changes(self) -> int:
        """A number that grows with everything worth saving."""
        parts = sum(part.changes for part in self.snapshot_parts.values())
        return self.store.changes + self.states.changes + parts

    @property
    def snapshot_parts(self) -> dict[str, SnapshotPart]:
        """What goes into a snapshot in addition to documents, licenses, and state."""
        return {
            "jobs": self.jobs,
            "failures": self.failures,
            "retries": self.retries,
            "bin": self.bin,
            "caches": self.caches,
            "applications": self.applications,
        }

    @property
    def publisher(self) -> Account:
        """The account that owns connectors."""
        return next(iter(self.store.accounts.values()))

    @property
    def customers(self) -> list[Account]:
        """All other accounts."""
        return [*self.store.accounts.values()][1:]

    def open_accounts(self) -> None:
        """Make the publisher and customers, as many as are missing."""
        if not self.store.accounts:
            self._open(PUBLISHER_EMAIL, "Publisher")
        self.add_customers(self.options.accounts - len(self.customers))

    def add_customers(self, count: int) -> list[Account]:
        """Make *count* more customers."""
        first = len(self.customers) + 1
        return [
            self._open(f"customer-{number}@example.com", f"Customer {number}")
            for number in range(first, first + count)
        ]

    def admit(self, account: Account) -> Account:
        """Remember an account and its token."""
        self.store.add_account(account)
        self.tokens.add(account.id, account.token)
        return account

    def _open(self, email: str, name: str) -> Account:
        ids, token = self.store.ids, secrets.token_hex(16)
        return self.admit(Account(ids.next(), ids.next(), email, name, token))
