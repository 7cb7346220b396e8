"""The licenses of one connector in the publisher's account (protocol/http-api.md#9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound
from connector_kit.licensing import Listing, instant
from connector_kit.lifecycle import publisher_client
from connector_kit.models import Connector, License
from connector_kit.publisher.catalog import published_id
from connector_kit.publisher.errors import RecordLost
from connector_kit.publisher.licenses.offered import edition_names

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the platform's clock may be behind ours."""


class PlatformLicenses:
    """Reads and writes the licenses of *connector*; reads its listing once."""

    def __init__(self, client: Client, connector: Connector) -> None:
        self._client = client
        self._connector = connector
        self._id = published_id(connector)
        self._licenses = client.connectors.licenses(self._id)

    @cached_property
    def listing(self) -> Listing:
        """What the connector's record says of licenses; raises `RecordLost` without a record."""
        try:
            found = self._client.connectors.get(self._id)
        except NotFound as error:
            raise RecordLost(
                f"The platform has no connector {self._id}, which is where {self._connector} was "
                "published. Check CONNECTOR_KIT_TOKEN and CONNECTOR_KIT_BASE_URL."
            ) from error
        return Listing.of(found, edition_names(self._connector))

    def all(self) -> Iterator[dict[str, Any]]:
        """Yield every license, page by page."""
        yield from self._licenses.list()

    def read(self, license_id: str) -> dict[str, Any] | None:
        """Return a license, None when the platform no longer has it."""
        try:
            return self._licenses.get(license_id)
        except NotFound:
            return None

    def create(self, document: dict[str, Any]) -> dict[str, Any]:
        """Create a license; raises `OutcomeUnknown` when no answer came."""
        return self._licenses.create(document)

    def replace(self, license_id: str, document: dict[str, Any]) -> dict[str, Any]:
        """Replace what a license says."""
        return self._licenses.update(license_id, document)

    def delete(self, license_id: str) -> bool:
        """Delete a license; False when the platform no longer has it."""
        try:
            self._licenses.delete(license_id)
        except NotFound:
            return False
        return True

    def find_created(self, row: License, sent_at: datetime) -> dict[str, Any] | None:
        """Return the license that an unanswered create of *row*, sent at *sent_at*, left behind.

        It is for the same customer and environment, was not there before, and is no other row's.
        """
        since = sent_at - CLOCKS_DIFFER
        parent = row.parent.license_id if row.parent else None
        for document in self.all():
            email = str((document.get("user") or {}).get("email") or document.get("email") or "")
            is_for_it = (
                email.lower() == row.email.lower()
                and bool(document.get("sandbox")) == row.sandbox
                and document.get("_parentId") == parent
            )
            if not is_for_it or instant(str(document["created"])) < since:
                continue
            others = License.objects.filter(license_id=document["_id"]).exclude(pk=row.pk)
            if not any(other.is_managed or other.pk < row.pk for other in others):
                return document
        return None


class Session:
    """One client, and the licenses of every connector that is asked for."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._opened: dict[int, PlatformLicenses] = {}

    def licenses(self, connector: Connector) -> PlatformLicenses:
        """Return the licenses of *connector*; raises `NotPublished`."""
        if connector.pk not in self._opened:
            self._opened[connector.pk] = PlatformLicenses(self._client, connector)
        return self._opened[connector.pk]


@contextmanager
def session() -> Iterator[Session]:
    """Open the publisher's account; raises `LifecycleError` without a token."""
    with publisher_client() as client:
        yield Session(client)
