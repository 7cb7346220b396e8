"""The kit's own settings page asks the customer to log in, and has it looked at when told so."""

import pytest

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.models import Order
from connector_kit.plan.awaited_connections import Need, Waiting
from connector_kit.plan.login_request import with_request
from connector_kit.publisher import InstallBaseFilter, list_install_base
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role
from connector_kit.publisher.settings_links import make_link
from tests.settings_pages.records import DOCUMENT, installation_with
from tests.settings_pages.test_links import path_of

pytestmark = pytest.mark.django_db

NEED = Need("erp", "ERP", (Waiting("orders", "Orders to chat", ("Post booking",)),))
BUTTON = "Check again"


@pytest.fixture
def installation():
    """An installation whose customer is asked to connect ERP, on both pages."""
    page = CompiledComponent("@integration", "integrations", {"settings": DOCUMENT})
    found = installation_with(with_request(page, [NEED]).document["settings"])
    found.note(needs=[NEED.to_json()])
    return found


@pytest.fixture
def customer(client, installation):
    """The browser of the customer, whom a link let in."""
    client.get(path_of(make_link(installation, by=THE_KIT)))
    return client


def shown(browser, installation) -> str:
    page = browser.get(f"/settings/{installation.integration_id}/", follow=True)
    return str(page.content.decode())


def test_the_page_says_what_to_connect_what_waits_and_offers_to_look(customer, installation):
    html = shown(customer, installation)

    assert "Connect ERP." in html
    assert "<em>Orders to chat</em> runs without Post booking" in html
    assert BUTTON in html


def test_the_page_asks_once_and_opens_at_the_settings(customer, installation):
    html = shown(customer, installation)

    assert html.count("Connect to finish this update") == 1
    assert "What happens to orders" in html


def test_the_button_orders_that_it_is_looked_at(customer, installation):
    reply = customer.post(f"/settings/{installation.integration_id}/connected/")

    assert reply.status_code == 302
    [order] = installation.orders.open()
    assert order.kind == Order.Kind.SETTINGS
    assert "?change=" in reply["Location"]


def test_the_button_orders_nothing_when_nothing_is_asked_any_more(customer, installation):
    installation.note(needs=[])

    customer.post(f"/settings/{installation.integration_id}/connected/")

    assert not installation.orders.open().exists()
    assert BUTTON not in shown(customer, installation)


def test_staff_who_may_only_look_have_no_button(staff, installation):
    viewer = staff(Role.VIEWER)

    assert BUTTON not in shown(viewer, installation)
    reply = viewer.post(f"/settings/{installation.integration_id}/connected/")
    assert reply.status_code == 403


def test_the_console_says_of_an_installation_for_what_it_waits(staff, installation):
    page = staff(Role.VIEWER).get(f"/console/installations/{installation.integration_id}/")

    assert "Waits for the customer: connect ERP; 1 step of the flow Orders to chat" in (
        page.content.decode()
    )


def test_who_waits_can_be_listed_apart_from_who_does_not(installation):
    other = installation_with(DOCUMENT, number=2)

    waiting = list_install_base(None, InstallBaseFilter(needs=True)).rows
    others = list_install_base(None, InstallBaseFilter(needs=False)).rows

    assert (waiting, others) == ((installation,), (other,))
