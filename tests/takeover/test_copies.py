"""Framework 2.0: copies of the source integration that the kit manages."""

import pytest

from connector_kit.models import Operation, Order, Takeover
from tests.lifecycle.fixtures import customer, shop
from tests.lifecycle.frameworks import TWO

__all__ = ["customer", "shop"]


@pytest.mark.parametrize("shop", [TWO], ids=str, indirect=True)
def test_a_copy_of_the_kits_source_needs_no_takeover(shop, customer):
    release = shop.connector.releases.get()
    customer.lose_records()
    before = customer.untouched()
    takeover = Takeover.objects.record(shop.connector, release.blueprint(), {}, may_write=True)
    Order.objects.place(customer.installation, Order.Kind.TAKEOVER, None, takeover=takeover)

    operation = customer.push_unordered()

    assert (operation.outcome, operation.code) == ("failed", "takeover_not_needed")
    assert customer.untouched() == before
    Order.objects.all().take_back()
    assert customer.push(release).outcome == Operation.Outcome.CURRENT
