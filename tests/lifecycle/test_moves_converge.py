"""A change of edition, add-on or store that is interrupted at any point ends well when repeated."""

import pytest

from connector_kit.lifecycle.journal import DatabaseJournal
from connector_kit.lifecycle.lease import Lease
from connector_kit.models import Operation
from tests.lifecycle.fixtures import Customer, problems_of
from tests.lifecycle.frameworks import IN_BOTH, ONE, STRICT_TOO
from tests.lifecycle.misfortunes import FATAL, MISFORTUNES, each_point

pytestmark = [pytest.mark.points, STRICT_TOO]

SHOPS = "tests.lifecycle.sold:ManyShops"


@pytest.fixture(params=MISFORTUNES)
def misfortune(request):
    """Any of them."""
    return MISFORTUNES[request.param]


@pytest.fixture(params=FATAL)
def fatal(request):
    """One that the call does not survive."""
    return MISFORTUNES[request.param]


@pytest.fixture
def sold(shop):
    return shop.publish(shop.framework.sold)


@pytest.fixture
def buyer(shop, sold):
    """A customer of the standard edition."""
    return shop.customer().buy(shop.connector)


@pytest.fixture
def shops(shop):
    return shop.publish(SHOPS)


@pytest.fixture
def keeper(shop, shops):
    """A customer with one store of the three that the license allows."""
    granted = {"addonLicenses": [{"type": "store", "licenses": [{}, {}, {}]}]}
    return Customer(shop.platform, 0).install(shop.connector, opts=granted)


MORE = ("refunds", "refund_flow", "audit", "ledger", "entries")


def outside(customer, *names):
    """Everything in the account but the integration and some components."""
    return {
        item["_id"]: item
        for resource, item in customer.everything()
        if resource != "integrations" and item.get("externalId") not in names
    }


def changes_edition(customer, word):
    """Have the license changed, and the user press the button."""
    return lambda: customer.upgrade(word).status == 200


@IN_BOTH
def test_an_upgrade_and_the_way_back_are_complete_in_the_end(shop, buyer, sold, misfortune):
    for live_through in each_point(misfortune, buyer, at_least=3):
        basic = outside(buyer)
        live_through([changes_edition(buyer, "enterprise")])

        assert problems_of(buyer, sold) == []
        assert outside(buyer, *MORE) == basic

        if shop.framework is ONE:
            live_through([changes_edition(buyer, "standard")])
            assert outside(buyer) == basic
        else:
            buyer.back("standard")

        assert problems_of(buyer, sold) == []


def test_an_upgrade_that_was_cut_off_can_be_taken_back(buyer, sold, fatal):
    basic = outside(buyer)

    for live_through in each_point(fatal, buyer, at_least=3):
        attempts = iter(["premium", "standard"])
        live_through([lambda attempts=attempts: changes_edition(buyer, next(attempts))()])
        changes_edition(buyer, "standard")()

        assert problems_of(buyer, sold) == []
        assert outside(buyer) == basic


@IN_BOTH
def test_an_upgrade_that_was_cut_off_is_completed_by_the_next_update(buyer, sold, fatal):
    reached = set()

    for live_through in each_point(fatal, buyer, at_least=3):
        attempts = iter([changes_edition(buyer, "premium"), lambda: updates(buyer)])
        live_through([lambda attempts=attempts: next(attempts)()])

        assert updates(buyer)
        assert problems_of(buyer, sold) == []
        reached.add(buyer.installation.edition)
        buyer.back("standard")
    assert "premium" in reached


def updates(customer):
    return customer.push().outcome in {"done", "current"}


@IN_BOTH
def test_an_add_on_is_installed_and_removed_in_the_end(buyer, sold, fatal):
    basic = outside(buyer)

    for live_through in each_point(fatal, buyer, at_least=3):
        live_through([buyer.adds_payouts])

        assert problems_of(buyer, sold) == []
        assert outside(buyer, "payout", "payout_flow") == basic
        assert buyer.installation.add_ons["payouts"]["status"] == "installed"

        live_through([buyer.drops_payouts])

        assert problems_of(buyer, sold) == []
        assert outside(buyer) == basic
        assert buyer.installation.add_ons == {}


def presses(customer, path, **body):
    reply = customer.ask("PUT", f"{customer.home}/{path}", body)
    return reply.status == 200 and reply.body["success"]


def test_a_store_is_added_and_removed_in_the_end(keeper, shops, fatal):
    basic, steps = outside(keeper), keeper.integration["install"]

    for live_through in each_point(fatal, keeper, at_least=3):
        live_through([lambda: adds_store(keeper), *store_steps(keeper, "s2")])

        assert problems_of(keeper, shops) == []
        assert outside(keeper, *(f"{name}-s2" for name in OF_STORE)) == basic
        assert keeper.installation.stores == ["s1", "s2"]

        live_through([lambda: presses(keeper, "uninstaller/removeStore", storeId="s2")])

        assert problems_of(keeper, shops) == []
        assert outside(keeper) == basic
        assert keeper.integration["install"] == steps


OF_STORE = ("shop", "pos", "orders", "sync")


def adds_store(customer):
    return customer.ask("PUT", f"{customer.home}/installer/addNewStore", {}).status == 200


def store_steps(customer, store):
    """Log in and press, step by step."""

    def pressing(function):
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

    return [pressing(f"verify_{name}-{store}") for name in ("shop", "pos")]


def test_what_was_tried_in_vain_time_and_again_is_looked_at_once(buyer, sold):
    def tried(situation, outcome="failed"):
        return Operation.objects.create(
            installation=buyer.installation,
            kind=Operation.Kind.EDITION,
            release=sold,
            situation=situation,
            outcome=outcome,
        )

    basic, better = {"edition": "standard"}, {"edition": "premium"}
    tried({"edition": "enterprise"})
    tried({}, outcome="done")
    for situation in [basic, better] * 30:
        tried(situation)
    now = tried(basic)

    brought = DatabaseJournal(now, Lease(buyer.installation, "me", 60)).interrupted()

    pages = [blueprint.integration.document["settings"] for blueprint in brought]
    assert [page["connectorEdition"] for page in pages] == ["standard", "premium"]
