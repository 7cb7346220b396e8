"""Publishing is cut off while it writes the source integration, and done again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import OperationalError

from connector_kit.errors import ConnectorKitError
from connector_kit.models import Connector, SourceIntegration
from connector_kit.publisher import publish, source_integrations
from tests.lifecycle.fixtures import Customer, Shop
from tests.lifecycle.frameworks import STRICT_TOO, TWO
from tests.lifecycle.misfortunes import BrokenRecord, Death, DeathAfterRequest, Fault, points
from tests.lifecycle.source_fixtures import make_default, source
from tests.publisher.fixtures import Platform

pytestmark = [pytest.mark.points, STRICT_TOO]

FIRST, SECOND = TWO.first, TWO.second


class Publisher(Customer):
    """The publisher's account, in which the kit works with the publisher's own token."""

    token_kind = "account"

    @property
    def account(self) -> Any:
        return self.platform.sandbox.publisher


MISFORTUNES = {
    "errors_beyond_all_repeats": Fault("500"),
    "one_dropped_connection": Fault("drop", limit=1),
    "one_lost_answer": Fault("lost_answer", limit=1),
    "death_after_the_request": DeathAfterRequest(),
    "a_database_that_fails_to_record": BrokenRecord(source_integrations._Journal),
}


@pytest.fixture(params=MISFORTUNES)
def misfortune(request: pytest.FixtureRequest) -> Any:
    return MISFORTUNES[request.param]


def test_publishing_again_completes_what_was_cut_off(
    platform: Platform, stack_address: str, misfortune: Any
) -> None:
    for n in points(stride=20):
        empty(platform)
        struck = cut_off(lambda: publish(FIRST), misfortune, n, platform)
        publish(FIRST)

        assert not publish(FIRST), f"point {n}"
        assert held(platform) == EVERYTHING, f"point {n}"
        if not struck:
            assert n > 6
            return


def test_a_new_default_release_and_the_way_back_are_complete_in_the_end(
    platform: Platform, stack_address: str, misfortune: Any
) -> None:
    shop = Shop(platform, stack_address)
    shop.publish(FIRST)
    shop.publish(SECOND)
    before = contents(shop)
    for n in points(stride=20):
        make_default(shop, "1.1.0")
        struck = cut_off(lambda: publish(SECOND), misfortune, n, platform)
        make_default(shop, "1.0.0")
        publish(SECOND)

        now = contents(shop)
        assert now.keys() == before.keys(), f"point {n}"
        wrong = [name for name in now if now[name] != before[name]]
        assert not wrong, f"point {n}"
        if not struck:
            assert n > 6
            return


EVERYTHING = Counter(
    {
        "integrations": 1,
        "connections": 2,
        "scripts": 1,
        "exports": 2,
        "imports": 1,
        "flows": 2,
        "stacks": 1,
        "connectors": 1,
    }
)


def cut_off(publishing: Callable[[], object], misfortune: Any, n: int, platform: Platform) -> bool:
    """Publish with the misfortune at point *n*; returns whether it struck."""
    misfortune.strike(n, Publisher(platform, 0))
    with suppress(ConnectorKitError, OperationalError, Death):
        publishing()
    return bool(misfortune.end())


def held(platform: Platform) -> Counter[str]:
    """How many documents of each resource type the publisher has."""
    found = platform.control(f"/accounts/{platform.sandbox.publisher.account_id}/documents")
    return Counter({resource: len(documents) for resource, documents in found.items() if documents})


def contents(shop: Shop) -> dict[str, Any]:
    """What the source integration holds, with names instead of ids."""
    found = source(shop)
    text = json.dumps(found)
    for name, document in found.items():
        text = text.replace(document["_id"], name)
    changing = ("lastModified", "createdAt", "apiIdentifier", "_registeredConnectionIds")
    return {
        name: {key: value for key, value in document.items() if key not in changing}
        for name, document in json.loads(text).items()
    }


def empty(platform: Platform) -> None:
    """Begin again with nothing published."""
    Connector.objects.all().delete()
    assert not SourceIntegration.objects.exists()
    account = platform.sandbox.publisher.account_id
    found = platform.control(f"/accounts/{account}/documents")
    for resource in (
        "connectors",
        "flows",
        "imports",
        "exports",
        "scripts",
        "connections",
        "integrations",
        "stacks",
    ):
        for document in found.get(resource, ()):
            platform.call("DELETE", f"/{resource}/{document['_id']}")
