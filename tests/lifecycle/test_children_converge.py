"""What happens to an installation with stores ends well, wherever it is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector_kit.models import Release
from tests.lifecycle.customers import Attempt, FlatCustomer
from tests.lifecycle.fixtures import Customer, Shop, problems_of
from tests.lifecycle.frameworks import STRICT_TOO
from tests.lifecycle.misfortunes import MISFORTUNES, each_point
from tests.lifecycle.source_fixtures import NEXT_BRANCHES, license_store

pytestmark = [pytest.mark.points, STRICT_TOO]

ONE_BY_DEFAULT = [
    pytest.param(name, marks=[] if name == "death_after_the_request" else pytest.mark.chaos)
    for name in MISFORTUNES
]
"""One way in the default suite, all in the slow one."""


@pytest.mark.parametrize("name", MISFORTUNES)
def test_an_update_of_all_stores_and_the_way_back_are_complete_in_the_end(
    branches: Shop, parent: Customer, stores: list[Customer], name: str
) -> None:
    first = branches.connector.releases.get(version="1.0.0")
    second = branches.publish(NEXT_BRANCHES)

    for live_through in each_point(MISFORTUNES[name], parent):
        for release in (second, first):
            live_through([brings(parent, release)])

            problems = [problems_of(account, release) for account in (parent, *stores)]
            assert problems == [[], [], []]


@pytest.mark.parametrize("name", ONE_BY_DEFAULT)
def test_a_store_that_is_added_and_removed_is_complete_and_gone_in_the_end(
    branches: Shop, parent: Customer, name: str
) -> None:
    release = branches.connector.releases.get()
    license_store(branches, parent, "payouts")
    before = parent.untouched()

    for live_through in each_point(MISFORTUNES[name], parent):
        store = FlatCustomer(parent.platform, parent.number)
        live_through(adding(store, parent))
        assert [problems_of(account, release) for account in (parent, store)] == [[], []]

        live_through(store.uninstalling())
        assert parent.untouched() == before


def brings(customer: Customer, release: Release) -> Attempt:
    """Push an update to *release*."""

    def attempt() -> Any:
        return customer.push(release).outcome in {"done", "current"}

    return attempt


def adding(store: FlatCustomer, parent: Customer) -> Iterator[Attempt]:
    """Begin to add *store*, and take its steps, one call of the platform after the other."""

    def begin() -> bool:
        reply = parent.ask("POST", f"{parent.home}/initChild")
        store.integration_id = (reply.body or {}).get("_childIntegrationId", "")
        return reply.status == 200

    yield begin
    while store.open_step():
        yield lambda: store.take(store.open_step() or {}).status < 300
