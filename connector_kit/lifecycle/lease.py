"""The right to change one installation: held by one operation at a time, and lost by stalling."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from connector_kit.conf import kit
from connector_kit.integrator import Throttle
from connector_kit.lifecycle.errors import InstallationHeld, LifecycleError
from connector_kit.models import Installation, clock

CONNECT_SHARE, READ_SHARE = 0.1, 0.5
"""The fraction of a lease that waiting for a connection or an answer may take. `Leased` renews the
lease when a third has passed, so no write is still waiting when it runs out."""


@dataclass
class Lease:
    """A lease on *installation* for *seconds* at a time."""

    installation: Installation
    owner: str
    seconds: float
    _renewed: float = field(default_factory=time.monotonic)
    _carried: list[Lease] = field(default_factory=list)

    def renew(self) -> None:
        """Renew the lease; raises `LifecycleError` ``lease_lost`` when it is too late.

        Within a transaction, no other operation can take the lease before the transaction ends.
        """
        now = clock.now()
        if not self.installation.renew_lease(self.owner, now=now, seconds=self.seconds):
            raise LifecycleError(
                "lease_lost",
                "This operation stalled. Another one took over the installation and continues.",
            )
        self._renewed = time.monotonic()

    def keep(self) -> None:
        """Renew the lease, and those it carries, when a third has passed; raises like `renew`."""
        if time.monotonic() - self._renewed >= self.seconds / 3:
            self.renew()
        for lease in self._carried:
            lease.keep()

    @contextmanager
    def carrying(self, other: Lease) -> Iterator[None]:
        """Keep *other*, too: its installation is worked on with the client of this one."""
        self._carried.append(other)
        try:
            yield
        finally:
            self._carried.remove(other)


@contextmanager
def leased(installation: Installation) -> Iterator[Lease]:
    """Hold *installation*, and read its row now that no other operation works on it.

    Raises `LifecycleError` ``update_in_progress`` when another one does. The lease of a process
    that dies remains until it runs out.
    """
    seconds = kit().lease_seconds
    lease = Lease(installation, uuid.uuid4().hex, seconds)
    if not installation.take_lease(lease.owner, now=clock.now(), seconds=seconds):
        raise InstallationHeld
    try:
        installation.refresh_from_db(from_queryset=Installation.objects.select_related("release"))
        yield lease
    except Exception:
        installation.release_lease(lease.owner)
        raise
    else:
        installation.release_lease(lease.owner)


@dataclass(frozen=True)
class Leased:
    """A throttle that lets nothing through once the lease is lost.

    It is asked before every request and every retry, so a process that stalled, however long it
    waited for its turn, writes nothing more.
    """

    throttle: Throttle
    lease: Lease

    def acquire(self, account: str, *, within: float | None = None) -> None:
        """Return when the account's next request may be sent; see `Throttle`."""
        self.throttle.acquire(account, within=within)
        self.lease.keep()

    def slow_down(self, account: str, seconds: float | None = None) -> None:
        """Stop the account's requests for everyone; see `Throttle`."""
        self.throttle.slow_down(account, seconds)
