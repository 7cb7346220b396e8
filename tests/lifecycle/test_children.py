"""Stores of framework 2.0: child integrations, which follow their parent and keep their own."""

from __future__ import annotations

from typing import Any

import pytest

from connector_kit.installation_settings import save_settings
from connector_kit.models import Installation, Operation, Order, Release
from connector_kit.publisher import choose_installations, sync_install_base
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.errors import PublisherError
from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.selection import WHOLE_BASE, Selection
from tests.lifecycle.fixtures import Customer, Shop
from tests.lifecycle.source_fixtures import (
    CREDENTIALS,
    NEXT_BRANCHES,
    add_store,
    begin,
    begin_store,
    edition_id,
    license_of,
    names,
    source,
    take_steps,
    uninstall,
)

SHARED, OWN = {"erp", "book"}, {"shop", "orders", "stock", "sync"}


def test_the_source_holds_what_stores_share_and_names_the_function_for_another_store(
    branches: Shop,
) -> None:
    found = source(branches)

    assert found.keys() == SHARED | {"@integration"}
    assert found["@integration"]["initChild"]["function"] == "initChild"
    assert found["@integration"]["childDisplayName"] == "Shopify store"
    listing = branches.platform.call("GET", f"/connectors/{branches.connector.connector_id}")
    assert listing["twoDotZero"]["isParentChild"] is True


def test_each_store_has_its_own_components_and_refers_to_the_shared_ones(
    parent: Customer, stores: list[Customer]
) -> None:
    first, second = stores

    assert names(parent) == SHARED
    assert names(first) == OWN
    assert names(second) == OWN | {"paid_out"}
    assert [store.integration["name"] for store in stores] == [
        "Shopify store 1",
        "Shopify store 2",
    ]
    book = parent.component("book")["_id"]
    for store in stores:
        assert store.component("sync")["pageProcessors"][0]["_importId"] == book
        assert store.integration["mode"] == "settings"
        assert store.integration["version"] == "1.0.0"
        assert store.installation.parent == parent.installation
        assert store.installation.version == "1.0.0"
    assert first.component("orders")["_id"] != second.component("orders")["_id"]


def test_a_connection_that_the_customer_had_before_is_shared_by_the_stores(branches: Shop) -> None:
    parent = begin(branches)
    mine = {**CREDENTIALS, "name": "Mine"}
    own = parent.do("POST", "/connections", mine)["_id"]
    take_steps(parent, connection={"_connectionId": own})
    store = add_store(branches, parent)
    branches.publish(NEXT_BRANCHES)

    assert parent.push().outcome == Operation.Outcome.DONE

    assert store.component("stock")["_connectionId"] == own
    assert parent.component("archive")["_connectionId"] == own
    assert parent.do("GET", f"/connections/{own}")["name"] == "Mine"


def test_an_update_of_the_parent_updates_its_stores(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    branches.publish(NEXT_BRANCHES)

    assert parent.push().outcome == Operation.Outcome.DONE

    assert names(parent) == SHARED | {"archive"}
    archive = parent.component("archive")["_id"]
    for store in stores:
        assert names(store) - {"paid_out"} == OWN | {"returns"}
        assert store.component("sync")["pageProcessors"][1]["_importId"] == archive
        assert store.integration["version"] == store.installation.version == "1.1.0"
    assert parent.integration["version"] == "1.1.0"
    assert not parent.integration["updateInProgress"]


def test_a_second_push_changes_nothing(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    branches.publish(NEXT_BRANCHES)
    parent.push()
    before = parent.untouched()

    parent.push()

    after = parent.untouched()
    for store in (parent, *stores):
        after[store.integration_id].pop("lastModified", None)
        before[store.integration_id].pop("lastModified", None)
    assert after == before


def test_rolling_back_takes_the_stores_along(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    first = Release.objects.get(connector=branches.connector, version="1.0.0")
    branches.publish(NEXT_BRANCHES)
    parent.push()

    done = parent.push(first)
    assert done.outcome == Operation.Outcome.DONE, done.message

    assert names(parent) == SHARED
    assert [names(store) - {"paid_out"} for store in stores] == [OWN, OWN]
    assert {store.integration["version"] for store in (parent, *stores)} == {"1.0.0"}


def test_an_update_that_fails_in_a_store_continues_with_the_stores_that_are_left(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    branches.publish(NEXT_BRANCHES)
    second = max(stores, key=lambda store: store.integration_id)
    first = min(stores, key=lambda store: store.integration_id)
    second.delete("sync")
    parent.order()

    failed = parent.push()

    assert failed.outcome == Operation.Outcome.FAILED
    assert f"The store {second.integration['name']}: " in failed.message
    assert parent.integration["updateInProgress"]
    assert parent.integration["version"] == "1.0.0"
    assert first.integration["version"] == "1.1.0"
    operations = first.installation.operations.count()

    assert parent.push(recreate_deleted=True).outcome == Operation.Outcome.DONE
    assert {store.integration["version"] for store in (parent, *stores)} == {"1.1.0"}
    assert first.installation.operations.count() >= operations


def save(store: Customer, **values: Any) -> Any:
    """Save settings as the platform's page does; opening it comes first."""
    integration = store.integration
    store.do("POST", f"{store.home}/settingsForm/init")
    settings = {**integration["settings"], **values}
    return store.do("PUT", store.home, {**integration, "settings": settings})


def test_settings_of_a_store_steer_its_own_components_only(
    parent: Customer, stores: list[Customer]
) -> None:
    first, second = stores

    save(first, path="/orders/paid")
    save(parent, ledger="/ledger")

    assert first.component("orders")["http"]["relativeURI"] == "/orders/paid"
    assert second.component("orders")["http"]["relativeURI"] == "/orders"
    assert parent.component("book")["http"]["relativeURI"] == ["/ledger"]
    installed = {"connectorEdition", "addOns"}
    assert set(first.integration["settings"]) == {"path"} | installed
    assert set(parent.integration["settings"]) == {"ledger"} | installed


def test_settings_of_a_store_survive_an_update(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    save(stores[0], path="/orders/paid")
    branches.publish(NEXT_BRANCHES)

    parent.push()

    assert stores[0].component("orders")["http"]["relativeURI"] == "/orders/paid"
    assert stores[0].integration["settings"]["path"] == "/orders/paid"


def test_opening_the_settings_of_a_store_records_nothing(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    Installation.objects.filter(integration_id=stores[0].integration_id).delete()

    form = stores[0].do("POST", f"{stores[0].home}/settingsForm/init")

    assert set(form["fieldMap"]) == {"path"}
    assert not Installation.objects.filter(integration_id=stores[0].integration_id).exists()


def test_removing_a_store_leaves_the_others(parent: Customer, stores: list[Customer]) -> None:
    first, second = stores
    gone = first.installation

    uninstall(first)

    gone.refresh_from_db()
    assert gone.vanished_at is not None
    assert first.tagged() == []
    assert names(parent) == SHARED
    assert names(second) == OWN | {"paid_out"}


def test_uninstalling_the_parent_takes_the_stores_along(
    parent: Customer, stores: list[Customer]
) -> None:
    uninstall(parent)

    assert [store.tagged() for store in (parent, *stores)] == [[], [], []]
    assert not Installation.objects.active().exists()


def test_the_install_base_lists_stores_as_what_they_are(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    Installation.objects.all().delete()

    sync_install_base(branches.connector)

    home = parent.installation
    assert home.parent is None
    assert {store.installation.parent for store in stores} == {home}
    assert {store.installation.email for store in stores} == {home.email} != {""}


def test_lost_records_of_parent_and_stores_are_rebuilt(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    Installation.objects.all().delete()
    sync_install_base(branches.connector)
    branches.publish(NEXT_BRANCHES)

    assert parent.push().outcome == Operation.Outcome.DONE

    assert names(parent) == SHARED | {"archive"}
    assert [names(store) - {"paid_out"} for store in stores] == [OWN | {"returns"}] * 2


def test_a_store_that_is_being_added_gets_the_new_release_when_it_is_complete(
    branches: Shop, parent: Customer
) -> None:
    store = begin_store(branches, parent)
    down = {**CREDENTIALS, "http": {**CREDENTIALS["http"], "auth": {"type": "basic"}}}
    assert store.ask("POST", f"{store.home}/installSteps", {"connection": down}).status == 422
    branches.publish(NEXT_BRANCHES)
    parent.push()

    take_steps(store)

    assert names(store) - {"None"} == OWN | {"returns"}
    assert store.integration["version"] == "1.1.0"


def test_an_update_that_runs_out_of_time_continues_where_it_stopped(
    branches: Shop, parent: Customer, stores: list[Customer], settings: Any
) -> None:
    branches.publish(NEXT_BRANCHES)
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "function_seconds": 0.0}
    outcomes = [parent.push().outcome]

    while outcomes[-1] == Operation.Outcome.CHECKPOINT:
        assert parent.integration["version"] == "1.0.0"
        assert parent.integration["updateInProgress"]
        outcomes.append(parent.push_unordered().outcome)

    assert len(outcomes) > 2
    assert outcomes[-1] == Operation.Outcome.DONE
    assert {store.integration["version"] for store in (parent, *stores)} == {"1.1.0"}
    assert not parent.integration["updateInProgress"]


def test_a_dry_run_shows_what_changes_in_the_stores_and_writes_nothing(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    release = branches.publish(NEXT_BRANCHES)
    before = parent.untouched()
    parent.order(release, Order.Kind.PLAN)

    plan = parent.push_unordered().plan

    assert plan is not None
    created = {
        (step.get("store"), step["externalId"])
        for step in plan["steps"]
        if step["action"] == "create"
    }
    assert created == {
        (None, "archive"),
        ("Shopify store 1", "returns"),
        ("Shopify store 2", "returns"),
    }
    assert plan["summary"]["create"] == 3
    after = parent.untouched()
    assert {key: after[key] for key in before} == before


def test_a_change_of_the_edition_reaches_the_stores(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    path = f"/connectors/{branches.connector.connector_id}/licenses"
    own = license_of(branches, parent)
    wanted = {"expires": own["expires"], "_changeEditionId": edition_id(branches, "Premium")}
    branches.platform.call("PUT", f"{path}/{own['_id']}", wanted)

    parent.do("POST", f"{parent.home}/changeEdition", {})
    parent.do("POST", f"{parent.home}/changeEditionSteps", {})

    assert all("refunds" in names(store) for store in stores)
    assert names(parent) == SHARED


def test_nothing_is_pushed_to_a_store(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    store = stores[0].integration_id

    assert [*WHOLE_BASE.of(branches.connector)] == [parent.installation]
    assert choose_installations(branches.connector, None) == (parent.integration_id,)
    with pytest.raises(RolloutError, match=f"select {parent.integration_id}"):
        Selection(integrations=(store,)).require_known(branches.connector)
    with pytest.raises(PublisherError, match=parent.integration_id):
        choose_installations(branches.connector, [store])
    refused = save_settings(stores[0].installation, {"path": "/mine"}, by=THE_KIT)
    assert refused.change is None
    assert "own settings page" in str(refused.errors)


@pytest.mark.parametrize(
    ("target", "code", "message"),
    [
        ("tests.lifecycle.branches_2_0:Branches", "no_stores", "has 2 stores"),
        ("tests.lifecycle.branches_2_0:OneBook", "component_moved", "changes per_store of book"),
    ],
    ids=["without stores", "with a component that moves"],
)
def test_a_release_that_stores_cannot_have_changes_nothing(
    branches: Shop,
    parent: Customer,
    stores: list[Customer],
    target: str,
    code: str,
    message: str,
) -> None:
    release = branches.publish(target)
    before = parent.untouched()

    refused = parent.push(release)

    assert refused.code == code
    assert message in refused.message
    after = parent.untouched()
    assert {key: after[key] for key in before} == before
    assert not parent.integration["updateInProgress"]
