"""An operation that is interrupted at any point ends well when it is called again."""

import pytest

from connector_kit.models import Connector, Release
from connector_kit.publisher import publish
from tests.lifecycle.fixtures import Customer, problems_of
from tests.lifecycle.misfortunes import FATAL, MISFORTUNES, Attempt, each_point
from tests.publisher.fixtures import ORDERS

pytestmark = pytest.mark.points


@pytest.fixture(params=MISFORTUNES)
def misfortune(request):
    """Any of them."""
    return MISFORTUNES[request.param]


@pytest.fixture(params=FATAL)
def fatal(request):
    """One that the call does not survive."""
    return MISFORTUNES[request.param]


def test_an_installation_is_complete_in_the_end(shop, misfortune):
    customer = Customer(shop.platform, 0)
    release = shop.connector.releases.get()
    nothing = customer.untouched()

    for live_through in each_point(misfortune, customer):
        live_through(
            [
                begins(customer, shop.connector),
                presses(customer, "verify_shop"),
                presses(customer, "verify_chat"),
            ]
        )

        assert problems_of(customer, release) == []
        customer.uninstall()
        assert customer.untouched() == nothing


def test_an_update_and_the_way_back_are_complete_in_the_end(shop, customer, upgraded, misfortune):
    first = shop.connector.releases.get(version="1.0.0")

    for live_through in each_point(misfortune, customer):
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
    customer, other = Customer(shop.platform, 0), Customer(shop.platform, 0)
    others = Connector.objects.get(slug=publish(ORDERS).slug)
    Customer(shop.platform, 0).begin(others)
    other.install(shop.connector, tag="another one")
    customer.do("POST", "/scripts", {"name": "The customer's own", "content": "1"})
    before = customer.untouched()

    for live_through in each_point(misfortune, customer):
        customer.install(shop.connector)
        live_through(
            [
                lambda: customer.begin_uninstall().status == 200,
                lambda: customer.press_remove("remove_chat").status == 200,
                lambda: is_gone(customer),
            ]
        )

        assert customer.untouched() == before
        assert not customer.installation.components.exists()
    assert problems_of(other, shop.connector.releases.get()) == []


def begins(customer: Customer, connector: Connector) -> Attempt:
    """Install; the second time, have the installer called for the integration that is there."""
    customer.integration_id = ""

    def attempt():
        if customer.integration_id:
            return customer.press("install").status == 200
        reply = customer.start(connector)
        return reply.status == 200

    return attempt


def presses(customer: Customer, function: str) -> Attempt:
    """Enter the credentials of the step and press it."""

    def attempt():
        [step] = [
            document
            for document in customer.integration["install"]
            if document["installerFunction"] == function
        ]
        customer.log_in(step)
        reply = customer.press(function)
        return reply.status == 200 and reply.body["success"]

    return attempt


def is_gone(customer: Customer) -> bool:
    """Have the platform remove the integration; a repeat may find that it has."""
    return customer.end_uninstall().status in {200, 404}
