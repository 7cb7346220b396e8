"""An update of an installation with stores that is interrupted at any point ends well."""

from __future__ import annotations

from typing import Any

import pytest

from connector_kit.models import Release
from tests.lifecycle.customers import Attempt
from tests.lifecycle.fixtures import Customer, Shop, problems_of
from tests.lifecycle.frameworks import STRICT_TOO
from tests.lifecycle.misfortunes import MISFORTUNES, each_point
from tests.lifecycle.source_fixtures import NEXT_BRANCHES

pytestmark = [pytest.mark.points, STRICT_TOO]


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


def brings(customer: Customer, release: Release) -> Attempt:
    """Push an update to *release*."""

    def attempt() -> Any:
        return customer.push(release).outcome in {"done", "current"}

    return attempt
