"""Framework 2.0: forms, what else the platform's settings hold, and the kit's pages for them.

What both frameworks save alike is in `test_settings`.
"""

from __future__ import annotations

from typing import Any

import pytest

from connector_kit.installation_settings import save_settings
from connector_kit.lifecycle.account import Account
from connector_kit.models import Order
from connector_kit.publisher import sync_install_base
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.settings_pages import pages_of, settings_on_record
from tests.lifecycle.fixtures import Customer, Reply, Shop
from tests.lifecycle.source_fixtures import installed, names
from tests.lifecycle.test_flat_updates import upgrade

SOLD, NEXT_SOLD = "tests.lifecycle.two_sold:Sold", "tests.lifecycle.two_sold_next:Sold"
PAYOUTS = {"addonLicenses": [{"type": "addon", "licenses": [{"addOnId": "payouts"}]}]}
STAFF = Actor("staff@example.com")
STANDARD = {"with_refunds", "channel", "listed", "api_key"}


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """The connector with settings is published."""
    shop.publish(SOLD)
    return shop


def form(customer: Customer) -> dict[str, Any]:
    """The form as the platform opens it."""
    found: dict[str, Any] = customer.do("POST", f"{customer.home}/settingsForm/init", {})
    return found


def fields(customer: Customer) -> set[str]:
    """The fields of the form."""
    return {*form(customer)["fieldMap"]}


def save(customer: Customer, **values: Any) -> Reply:
    """Save the form as the platform does: all of its values replace the settings."""
    document = customer.integration
    shown = {name: document["settings"].get(name) for name in fields(customer)}
    return customer.ask("PUT", customer.home, {**document, "settings": {**shown, **values}})


def body(customer: Customer) -> str:
    """What is posted."""
    [found] = customer.component("post")["http"]["body"]
    return str(found)


def test_a_form_offers_the_options_of_today(sold: Shop) -> None:
    customer = installed(sold)

    [group] = form(customer)["fieldMap"]["listed"]["options"]

    assert [item["value"] for item in group["items"]] == ["#orders", "#refunds"]


def test_what_the_kit_writes_itself_passes_a_platform_that_calls_pre_save_for_it(
    sold: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = installed(sold)
    write, replies = Account.write_integration, []

    def saving(account: Account, document: dict[str, Any]) -> None:
        options = {"newResource": document, "oldResource": account.integration}
        others = {**document, "settings": {**document["settings"], "channel": "#other"}}
        for new in (document, others):
            call = {**options, "newResource": new, "bearerToken": "t" * 32}
            replies.append(sold.call("preSave", call, part=""))
        write(account, document)

    monkeypatch.setattr(Account, "write_integration", saving)
    save_settings(customer.installation, {"channel": "#two"}, by=STAFF)
    customer.platform.control("/drain", {"timeout_seconds": 30})

    own, other = replies
    assert (own.status, own.body["settings"]["channel"]) == (200, "#two")
    assert other.status >= 400
    assert customer.integration["settings"]["channel"] == "#two"
    assert body(customer) == '{"channel": "#two"}'


def test_the_form_has_what_the_installed_edition_has(sold: Shop) -> None:
    customer = installed(sold)
    assert fields(customer) == STANDARD

    upgrade(sold, customer, "Premium")

    assert fields(customer) == STANDARD | {"large"}
    assert save(customer, large=7).status == 200
    assert customer.installation.settings == {"large": 7}
    assert customer.integration["settings"]["connectorEdition"] == "premium"


def test_lost_records_are_rebuilt_with_the_settings(sold: Shop) -> None:
    customer = installed(sold, "Premium")
    save(customer, channel="#two", large=7)
    customer.installation.delete()
    sync_install_base(sold.connector)

    customer.push()

    assert customer.installation.edition == "premium"
    assert customer.installation.settings == {"channel": "#two", "large": 7}
    assert body(customer) == '{"channel": "#two"}'


def test_staff_save_settings_and_switch_flows(sold: Shop) -> None:
    customer = installed(sold)

    saved = save_settings(
        customer.installation,
        {"channel": "#staff", "folder": "g"},
        flows={"sync": {"disabled": False, "schedule": "? 0 * ? * *"}},
        by=STAFF,
    )
    assert not saved.errors
    customer.push_unordered()

    assert body(customer) == '{"channel": "#staff"}'
    assert customer.integration["settings"]["channel"] == "#staff"
    sync = customer.component("sync")
    assert (sync["disabled"], sync["schedule"]) == (False, "? 0 * ? * *")
    assert sync["settings"] == {"folder": "g"}


def test_the_kits_own_page_shows_the_form_and_the_flows(sold: Shop) -> None:
    customer = installed(sold)
    save(customer, channel="#two")
    customer.push()

    record = settings_on_record(customer.installation)

    [page] = pages_of(record.stores[0])
    assert page.tabs[0].form.values()["channel"] == "#two"
    assert {entry.id: [*entry.form.fields] for entry in page.flows} == {
        "sync": ["folder"],
        "refunds": [],
    }
    assert all(entry.shows_mapping and entry.shows_schedule for entry in page.flows)


def test_a_flow_has_a_form_of_its_own(sold: Shop) -> None:
    customer = installed(sold)
    sync = customer.component("sync")

    metadata = customer.do("POST", f"/flows/{sync['_id']}/settingsForm/init", {})

    assert [*metadata["fieldMap"]] == ["folder"]


def test_a_dry_run_and_a_drift_check_find_what_the_customer_changed(sold: Shop) -> None:
    customer = installed(sold)
    save(customer, channel="#two")
    customer.order(kind=Order.Kind.PLAN)
    operation = customer.push_unordered()

    assert operation.plan["drift"] == []
    customer.delete("refunds")
    customer.order(kind=Order.Kind.PLAN)
    [step] = customer.push_unordered().plan["drift"]
    assert step["externalId"] == "refunds"


def test_a_setting_of_an_add_on_appears_with_it(sold: Shop) -> None:
    customer = installed(sold, opts=PAYOUTS)

    assert fields(customer) == STANDARD | {"rate"}
    assert names(customer) >= {"payout_list", "payout_flow"}
