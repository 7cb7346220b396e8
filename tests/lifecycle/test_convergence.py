"""An operation that is interrupted at any point ends well when it is called again."""

import pytest

from connector_kit.models import Connector, Release
from connector_kit.publisher import publish
from tests.lifecycle.customers import Attempt
from tests.lifecycle.fixtures import Customer, problems_of
from tests.lifecycle.frameworks import IN_BOTH, ONE, STRICT_TOO
from tests.lifecycle.misfortunes import FATAL, MISFORTUNES, each_point
from tests.publisher.fixtures import ORDERS

pytestmark = [pytest.mark.points, IN_BOTH, STRICT_TOO]


@pytest.fixture(params=MISFORTUNES)
def misfortune(request):
    """Any of them."""
    return MISFORTUNES[request.param]


@pytest.fixture(params=FATAL)
def fatal(request):
    """One that the call does not survive."""
    return MISFORTUNES[request.param]


def test_an_installation_is_complete_in_the_end(shop, misfortune):
    customer = shop.customer()
    release = shop.connector.releases.get()
    nothing = customer.untouched()

    for live_through in each_point(misfortune, customer):
        live_through(customer.installing(shop.connector))

        assert problems_of(customer, release) == []
        customer.uninstall()
        assert customer.untouched() == nothing


def test_an_update_and_the_way_back_are_complete_in_the_end(shop, customer, upgraded, misfortune):
    first = shop.connector.releases.get(version="1.0.0")

    for live_through in each_point(misfortune, customer, is_thorough=True):
        for release in (upgraded, first):
            live_through([brings(customer, release)])

            assert problems_of(customer, release) == []


def test_an_update_that_was_cut_off_can_be_undone(shop, customer, upgraded, fatal):
    first = shop.connector.releases.get(version="1.0.0")

    for live_through in each_point(fatal, customer):
        for before, wanted in ((first, upgraded), (upgraded, first)):
            brings(customer, before)()
            live_through([changes_its_mind(customer, wanted, instead=before)])
            brings(customer, before)()

            assert problems_of(customer, before) == []


def brings(customer: Customer, release: Release, *, recreate_deleted: bool = False) -> Attempt:
    """Push an update to *release*."""

    def attempt():
        return customer.push(release, recreate_deleted=recreate_deleted).outcome in {
            "done",
            "current",
        }

    return attempt


def changes_its_mind(customer: Customer, wanted: Release, *, instead: Release) -> Attempt:
    """Push *wanted* and, if that fails, the next time *instead*."""
    attempts = iter([brings(customer, wanted), brings(customer, instead)])

    def attempt():
        return next(attempts)()

    return attempt


def test_components_that_a_customer_deleted_are_all_made_again(shop, customer, fatal):
    release = shop.connector.releases.get()

    for live_through in each_point(fatal, customer):
        customer.delete("orders_to_chat")
        customer.delete("new_orders")
        live_through([brings(customer, release, recreate_deleted=True)])

        assert problems_of(customer, release) == []


def test_an_uninstallation_is_complete_in_the_end_and_took_nothing_else(shop, misfortune):
    customer, other = shop.customer(), shop.customer()
    others = Connector.objects.get(slug=publish(ORDERS).slug)
    Customer(shop.platform, 0).begin(others)
    other.install(shop.connector, tag="another one")
    customer.do("POST", "/scripts", {"name": "The customer's own", "content": "1"})
    before = customer.untouched()
    # In framework 2.0 it is the platform that removes everything, after a single call.
    at_least = 6 if shop.framework is ONE else 0

    for live_through in each_point(misfortune, customer, at_least=at_least):
        customer.install(shop.connector)
        live_through(customer.uninstalling())

        assert customer.untouched() == before
        assert not customer.installation.components.exists()
    assert problems_of(other, shop.connector.releases.get()) == []
