"""A publisher's licenses on a sandbox, and one clock for both."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests
from django.utils import timezone

from connector_kit.models import Connector, License
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.licenses import LicenseRequest, create, tick
from connector_kit.publisher.licenses.reminders import send_due
from tests.publisher.fixtures import Platform

BY = Actor("alice")


class Desk:
    """Where licenses are given out: a clock that moves only when told, and the platform's."""

    def __init__(self, platform: Platform, connector: Connector) -> None:
        self.platform = platform
        self.connector = connector
        self.now = timezone.now()

    def clock(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> None:
        """Move both clocks."""
        moved = timedelta(**duration)
        self.now += moved
        self.platform.control("/clock", {"advance_seconds": moved.total_seconds()})

    def day(self, days: int) -> date:
        """The day that many days from now, in UTC."""
        return (self.now + timedelta(days=days)).astimezone(UTC).date()

    @property
    def email(self) -> str:
        return self.platform.sandbox.accounts[0].email

    def grant(self, days: int = 100, email: str = "", **asked: Any) -> License:
        """Create a license that lasts for *days*."""
        another = asked.pop("another", False)
        return create(
            self.connector,
            LicenseRequest(email or self.email, **asked),
            until=self.day(days),
            by=BY,
            another=another,
            clock=self.clock,
        )

    def catch_up(self) -> None:
        """Let the clock show no less than the one on the wall, and have done what is due."""
        self.now = max(self.now, timezone.now())
        self.tick()

    def tick(self) -> None:
        """Have done what is due, until there is nothing left."""
        for _ in range(100):
            if not tick(clock=self.clock) and not send_due(clock=self.clock):
                return
        raise AssertionError("the tick never comes to rest")

    @property
    def path(self) -> str:
        return f"/connectors/{self.connector.connector_id}/licenses"

    def at_platform(self) -> list[dict[str, Any]]:
        """Every license of the connector, as the platform has it."""
        found, path = [], self.path
        while True:
            page = self.platform.call("GET", path)
            found += page
            if len(page) < 2:
                return found
            path = f"{self.path}?after={page[-1]['_id']}"

    def live(self, row: License) -> dict[str, Any]:
        """The license as the platform has it."""
        answer: dict[str, Any] = self.platform.call("GET", f"{self.path}/{row.license_id}")
        return answer

    def edit(self, row: License, **fields: Any) -> None:
        """Change the license in the platform's own pages."""
        self.platform.call("PUT", f"{self.path}/{row.license_id}", {**self.live(row), **fields})

    def make(self, **fields: Any) -> dict[str, Any]:
        """Create a license in the platform's own pages."""
        body = {"email": self.email, "expires": "2099-01-01T00:00:00.000Z", **fields}
        made: dict[str, Any] = self.platform.call("POST", self.path, body)
        return made

    def install(self) -> str:
        """Let the first customer install with a license that exists."""
        path = f"/integrations/{self.connector.connector_id}/install"
        made: str = self.platform.as_customer(0, "POST", path, {})["_integrationId"]
        return made

    def is_off(self, integration: str) -> bool:
        """Whether the platform refuses the first customer's installation for its license."""
        path = f"/integrations/{integration}/settings/persistSettings"
        try:
            self.platform.as_customer(0, "PUT", path, {"pending": {}})
        except requests.HTTPError as refused:
            return bool(refused.response.json()["errors"][0]["code"] == "license_expired")
        return False


@pytest.fixture
def desk(orders: Connector, platform: Platform) -> Desk:
    return Desk(platform, orders)


def acts(row: License) -> list[str]:
    """What was done with the license, the oldest first."""
    return [*row.events.order_by("pk").values_list("act", flat=True)]
