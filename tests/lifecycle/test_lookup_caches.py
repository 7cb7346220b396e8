"""A lookup cache gets the declared rows once; from then on they are the customer's."""

import pytest

from connector_kit.integrator.errors import Unavailable
from connector_kit.integrator.resources.lookup_caches import LookupCaches
from connector_kit.models import Operation
from tests.lifecycle.frameworks import IN_BOTH, ONE


class Owner:
    """A customer with the connector installed, who reads and writes rows."""

    def __init__(self, shop):
        self.shop = shop
        self.name = "Caches" if shop.framework is ONE else "TwoCaches"
        self.publish("caches_1_0")
        self.customer = shop.customer()

    def publish(self, module):
        return self.shop.publish(f"tests.lifecycle.{module}:{self.name}")

    def install(self):
        self.customer.install(self.shop.connector)
        return self

    @property
    def path(self):
        return f"/lookupcaches/{self.customer.component('countries')['_id']}"

    @property
    def rows(self):
        found = self.customer.ask("POST", f"{self.path}/getData", {}).body["data"]
        return {row["key"]: row["value"] for row in found}


@pytest.fixture
def owner(shop):
    return Owner(shop)


@IN_BOTH
def test_a_new_cache_has_the_declared_rows(owner):
    assert owner.install().rows == {"DE": "Germany", "FR": "France"}


@IN_BOTH
def test_an_update_adds_the_new_keys_and_leaves_the_others_to_the_customer(owner):
    owner.install()
    owner.customer.ask("DELETE", f"{owner.path}/data", {"keys": ["DE"]})
    french = {"data": [{"key": "FR", "value": "Frankreich"}]}
    owner.customer.ask("POST", f"{owner.path}/data", french)
    owner.publish("caches_1_1")

    operation = owner.customer.push()

    assert operation.outcome == Operation.Outcome.DONE
    assert owner.rows == {"FR": "Frankreich", "IT": "Italy"}
    assert not owner.customer.push().summary["update"]


def test_rows_that_an_interrupted_install_could_not_write_are_written_by_the_next(
    owner, monkeypatch
):
    put, failures = LookupCaches.put, [Unavailable("no answer")]

    def fail_once(self, cache_id, rows):
        if failures:
            raise failures.pop()
        put(self, cache_id, rows)

    monkeypatch.setattr(LookupCaches, "put", fail_once)
    for attempt in owner.customer.installing(owner.shop.connector):
        assert any(attempt() for _ in range(3))

    assert not failures
    assert owner.rows == {"DE": "Germany", "FR": "France"}
