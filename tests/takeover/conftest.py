"""An install base that the foreign stack made, and the kit's server beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector_kit.models import Connector, Release
from connector_kit.parsing import ConnectorEntry
from connector_kit.publisher import dry_run_ticks, publish, sync_install_base
from connector_kit.publisher.pushing import push_each
from tests.lifecycle.fixtures import doorway, no_waiting, server, stack_address
from tests.publisher.fixtures import Platform, platform
from tests.takeover.foreign import ForeignStack, foreign_stack

__all__ = ["doorway", "no_waiting", "platform", "server", "stack_address"]

FIRST, SECOND = "tests.takeover.erp_1_0:Erp", "tests.takeover.erp_1_1:Erp"


@pytest.fixture
def old(
    platform: Platform, stack_address: str, doorway: Any, monkeypatch: Any
) -> Iterator[ForeignStack]:
    """The foreign stack, with its records at the platform.

    One installation is asked at a time: an SQLite in memory is one connection for all threads.
    """

    def push_and_wait(*arguments: Any) -> Any:
        refused = push_each(*arguments)
        assert platform.control("/drain", {"timeout_seconds": 30})["drained"]
        return refused

    monkeypatch.setattr(dry_run_ticks, "push_each", push_and_wait)
    monkeypatch.setattr(dry_run_ticks, "PUSH_BATCH", 1)
    monkeypatch.setattr(dry_run_ticks, "POLL_SECONDS", 0.0)
    with foreign_stack(platform) as stack:
        yield stack


@pytest.fixture
def move_in(old: ForeignStack, settings: Any) -> Any:
    """Publish the connector over the foreign listing, and read the install base."""

    def publish_over(target: str = FIRST) -> Connector:
        entry = ConnectorEntry(target, old.connector_id)
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "connectors": (entry,)}
        result = publish(target)
        connector = Connector.objects.get(slug=result.slug)
        assert connector.connector_id == old.connector_id
        sync_install_base(connector)
        return connector

    return publish_over


def released(connector: Connector, target: str, version: str) -> Release:
    """Publish a version; the platform's listing stays the same one."""
    publish(target)
    return connector.releases.get(version=version)
