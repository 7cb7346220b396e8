"""Framework 2.0: steps, forms, and saves that the author wrote in JavaScript (protocol U8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector_kit.adoption import adopt, read_live, write_package
from connector_kit.lifecycle.platform import publisher_client
from connector_kit.publisher import publish, sync_install_base
from connector_kit.publisher.tasks import keep_sources
from tests.lifecycle.customers import Customer
from tests.lifecycle.fixtures import Shop
from tests.lifecycle.source_fixtures import (
    begin,
    begin_store,
    built_by_hand,
    listed,
    make_default,
    source,
    source_id,
    take_steps,
)

FIRST = "tests.lifecycle.scripted_1_0:Scripted"
SECOND = "tests.lifecycle.scripted_1_1:Scripted"

CHANNEL = {"channel": "#News"}


@pytest.fixture
def scripted(shop: Shop) -> Shop:
    shop.publish(FIRST)
    return shop


@pytest.fixture
def customer(scripted: Shop) -> Customer:
    """A customer who has taken all steps."""
    customer = begin(scripted, edition="")
    take_steps(customer, form=CHANNEL)
    return customer


def save(customer: Customer, channel: str) -> Any:
    """Save a setting, as the customer does in integrator.io."""
    settings = {**customer.integration["settings"], "channel": channel}
    return customer.ask("PUT", customer.home, {**customer.integration, "settings": settings})


def script_ids(document: Any) -> set[str]:
    """The scripts that a document names."""
    if isinstance(document, dict):
        own = {document["_scriptId"]} if "_scriptId" in document else set()
        return own.union(*map(script_ids, document.values()))
    return set().union(*map(script_ids, document)) if isinstance(document, list) else set()


def test_the_source_integration_names_its_own_script(scripted: Shop) -> None:
    home = source(scripted)["@integration"]

    [script] = scripted.platform.call("GET", "/scripts")
    assert script_ids(home) == {script["_id"]}
    names = [step["name"] for step in home["installSteps"]]
    assert names == ["Shop", "Choose a channel", "Complete"]
    assert [step["name"] for step in home["uninstallSteps"]] == ["Say goodbye", "Complete"]
    assert not publish(FIRST)


def test_a_customers_steps_run_the_customers_copy(scripted: Shop) -> None:
    customer = begin(scripted, edition="")
    path = f"{customer.home}/installSteps"
    take_steps_until_form(customer)

    form = customer.do("GET", f"{customer.home}/currentStep")["result"]
    refused = customer.ask("POST", path, {"channel": ""})

    assert form["fieldMap"]["channel"]["label"] == "Channel of Scripted"
    assert (refused.status, "Choose a channel." in str(refused.body)) == (422, True)
    take_steps(customer, form=CHANNEL)
    assert customer.integration["mode"] == "settings"
    assert script_ids(customer.integration) == {customer.component("checks")["_id"]}


def take_steps_until_form(customer: Customer) -> None:
    """Take the steps for connections and copies."""
    with pytest.raises(AssertionError):
        take_steps(customer, form={"channel": ""})


def test_a_save_is_checked_by_the_script_and_kept_by_updates(
    scripted: Shop, customer: Customer
) -> None:
    assert save(customer, "news").status == 422
    assert save(customer, "#News").body["settings"]["channel"] == "#news"
    form = customer.do("POST", f"{customer.home}/settingsForm/init")
    assert form["fieldMap"]["channel"]["helpText"] == "For Scripted"

    second = scripted.publish(SECOND)
    assert customer.push(second).outcome == "done"

    [own] = [document for name, document in customer.everything() if name == "scripts"]
    assert own["name"] == "Rules"
    assert script_ids([customer.integration["preSave"], customer.integration["settingsForm"]]) == {
        own["_id"]
    }
    assert [step["name"] for step in customer.integration["uninstallSteps"]] == ["Complete"]
    assert customer.integration["settings"]["channel"] == "#news"
    assert customer.installation.settings == {"channel": "#news"}
    assert "must begin" in str(save(customer, "news").body)
    assert customer.push(second).outcome == "current"

    assert customer.push(scripted.connector.releases.get(version="1.0.0")).outcome == "done"
    steps = [step["name"] for step in customer.integration["uninstallSteps"]]
    assert steps == ["Say goodbye", "Complete"]
    assert customer.integration["settings"]["channel"] == "#news"


def test_the_source_follows_the_default_release(scripted: Shop) -> None:
    publish(SECOND)
    make_default(scripted, "1.1.0")
    keep_sources()

    [script] = scripted.platform.call("GET", "/scripts")
    home = scripted.platform.call("GET", f"/integrations/{source_id(scripted)}")
    assert script["name"] == "Rules"
    assert script_ids(home) == {script["_id"]}


def test_uninstalling_takes_the_authors_steps_first(customer: Customer) -> None:
    customer.do("POST", f"{customer.home}/initUninstall")

    refused = customer.ask("POST", f"{customer.home}/uninstallSteps", {})
    left = customer.ask("POST", f"{customer.home}/uninstallSteps", {"reason": "enough"})

    assert (refused.status, "Give a reason." in str(refused.body)) == (422, True)
    assert left.status in {200, 204}
    assert customer.installation.vanished_at is not None
    assert customer.everything() == []


def test_a_source_built_by_hand_is_adopted_with_its_scripts(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = built_by_hand(shop)
    home = f"/integrations/{by_hand['integrations']}"
    content = "function ask() {}\nfunction check(options) { return options.newResource }"
    script = shop.platform.call("POST", "/scripts", {"name": "Rules", "content": content})["_id"]
    asks = {"name": "Ask", "type": "form", "form": {"fieldMap": {}}, "completed": False}
    fields = {
        "installSteps": [{**asks, "function": "ask", "_scriptId": script}],
        "preSave": {"function": "check", "_scriptId": script},
    }
    shop.platform.call("PUT", home, {**shop.platform.call("GET", home), **fields})
    with publisher_client() as client:
        adoption = adopt(read_live(client, by_hand["integrations"]))
    write_package(adoption.outline, tmp_path / "handmade")
    monkeypatch.syspath_prepend(tmp_path)
    shop.publish("handmade:ByHand")
    shop.connector.source_integration.delete()
    listed(shop, by_hand["integrations"])
    customer = begin(shop, edition="")
    take_steps(customer)
    before = {document["_id"] for _, document in customer.everything()}

    publish("handmade:ByHand", overwrite_source=True)
    sync_install_base(shop.connector)
    assert customer.push().outcome == "done"

    home_now = source(shop)["@integration"]
    assert [step["name"] for step in home_now["installSteps"]] == ["Shop", "Ask", "Complete"]
    assert script_ids(home_now) == {script}
    assert {document["_id"] for _, document in customer.everything()} == before
    own = customer.component("rules")["_id"]
    assert customer.integration["preSave"] == {"function": "check", "_scriptId": own}
    assert customer.push().outcome == "current"


def test_a_store_runs_the_script_that_its_parent_has(shop: Shop) -> None:
    shop.publish("tests.lifecycle.scripted_stores:Scripted")
    parent = begin(shop, edition="")
    take_steps(parent, form=CHANNEL)

    store = begin_store(shop, parent)
    take_steps(store, form=CHANNEL)

    names = [step["name"] for step in store.integration["installSteps"]]
    assert names == ["Till", "Choose a channel", "Complete"]
    assert script_ids(store.integration) == {parent.component("checks")["_id"]}
    assert save(store, "news").status == 422
    assert save(store, "#News").body["settings"]["channel"] == "#news"
    parent.push(shop.publish("tests.lifecycle.scripted_stores_next:Scripted"))
    assert store.integration["version"] == "1.1.0"
    assert store.integration["settings"]["channel"] == "#news"
    assert store.installation.settings == {"channel": "#news"}
