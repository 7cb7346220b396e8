"""Stores of framework 2.0: child integrations, which follow their parent and keep their own."""

from __future__ import annotations

from typing import Any

import pytest

from connector_kit.installation_settings import save_settings
from connector_kit.models import Installation, License, Operation, Order, Release, clock
from connector_kit.publisher import choose_installations, sync_install_base
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.dry_run_ticks import tick
from connector_kit.publisher.dry_runs import ask_for_drift
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.installation_history import last_drift_check
from connector_kit.publisher.licenses import reconcile, set_add_ons
from connector_kit.publisher.planning import plan_offline
from connector_kit.publisher.pushing import PATIENCE, push_stragglers
from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.order import Lot, in_order
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


def test_a_blocked_store_holds_up_neither_its_installation_nor_the_other_stores(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    branches.publish(NEXT_BRANCHES)
    blocked, other = sorted(stores, key=lambda store: store.integration_id)
    blocked.delete("sync")
    before = {document["_id"]: document for _, document in blocked.tagged()}

    failed = parent.push()

    assert (failed.outcome, failed.code) == (Operation.Outcome.FAILED, "component_deleted")
    assert f"The store {blocked.integration['name']}: " in failed.message
    assert {document["_id"]: document for _, document in blocked.tagged()} == before
    assert [home.integration["version"] for home in (parent, other)] == ["1.1.0"] * 2
    assert blocked.integration["version"] == "1.0.0"
    assert not any(home.integration["updateInProgress"] for home in (parent, *stores))


def test_a_retry_reaches_only_the_store_that_was_blocked(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    branches.publish(NEXT_BRANCHES)
    blocked, other = sorted(stores, key=lambda store: store.integration_id)
    blocked.delete("sync")
    parent.push()
    Order.objects.open().update(recreate_deleted=True)
    operations = other.installation.operations.count()

    assert parent.push_unordered().outcome == Operation.Outcome.DONE

    assert {store.integration["version"] for store in (parent, *stores)} == {"1.1.0"}
    assert "sync" in names(blocked)
    assert other.installation.operations.count() == operations


def test_what_a_blocked_store_uses_stays_with_its_installation_until_it_has_followed(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    first = branches.connector.releases.get(version="1.0.0")
    branches.publish(NEXT_BRANCHES)
    parent.push()
    blocked = stores[0]
    blocked.delete("sync")

    assert parent.push(first).outcome == Operation.Outcome.FAILED
    save(parent, ledger="/ledger")

    assert parent.integration["version"] == "1.0.0"
    assert "archive" in names(parent)
    assert parent.push(first, recreate_deleted=True).outcome == Operation.Outcome.DONE
    assert "archive" not in names(parent)
    assert [names(store) - {"paid_out"} for store in stores] == [OWN, OWN]


def test_a_rollout_reaches_an_installation_whose_store_is_behind(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    release = branches.publish(NEXT_BRANCHES)
    stores[0].delete("sync")
    parent.push()

    [waiting] = in_order(branches.connector, release)
    assert waiting.lot == Lot.UPDATE
    assert parent.push(recreate_deleted=True).outcome == Operation.Outcome.DONE
    [complete] = in_order(branches.connector, release)
    assert complete.lot == Lot.CURRENT


def test_a_store_that_is_left_half_written_keeps_the_lock_until_it_is_finished(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    branches.publish(NEXT_BRANCHES)
    faults = {"rate": 1, "kinds": ["422"], "methods": ["PUT", "PATCH"], "paths": "/v1/flows/.*"}
    parent.platform.control("/faults", {**faults, "limit": 1})

    assert parent.push().outcome == Operation.Outcome.FAILED
    assert parent.integration["updateInProgress"]

    parent.platform.control("/faults", {})
    assert parent.push_unordered().outcome == Operation.Outcome.DONE
    assert {store.integration["version"] for store in (parent, *stores)} == {"1.1.0"}


def test_an_update_says_which_store_waits_for_its_customer(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    branches.publish("tests.lifecycle.branches_1_1_till:Branches")

    waiting = parent.push()

    assert waiting.outcome == Operation.Outcome.WAITS
    for store in stores:
        name = store.integration["name"]
        assert f"The store {name} waits for the customer: connect Till" in waiting.message
        assert store.installation.needs
    assert parent.integration["version"] == "1.1.0"
    assert not parent.integration["updateInProgress"]


def test_a_drift_check_looks_at_the_stores_each_with_its_own_findings(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    changed, same = stores
    changed.change("orders", pageSize=7)

    dry_run = ask_for_drift(changed.installation, by=THE_KIT)
    tick(dry_run.pk)
    parent.platform.control("/drain", {"timeout_seconds": 30})
    tick(dry_run.pk)

    [answer] = dry_run.answers.all()
    assert answer.installation == parent.installation
    found = [(step["externalId"], step["store"]) for step in answer.plan["drift"]]
    assert found == [("orders", changed.integration["name"])]
    drifted = [home.installation.is_drifted for home in (parent, changed, same)]
    assert drifted == [True, True, False]
    check = last_drift_check(changed.installation)
    assert [step["externalId"] for step in check.plan["drift"]] == ["orders"]
    assert last_drift_check(same.installation).plan["drift"] == []


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


def test_a_plan_from_the_records_shows_the_changes_in_the_stores(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    branches.publish(NEXT_BRANCHES)
    live = parent.order(kind=Order.Kind.PLAN) and parent.push_unordered().plan

    [offline] = plan_offline(
        branches.connector,
        [parent.integration_id],
        branches.connector.releases.get(version="1.1.0"),
    )

    def changes(plan: dict[str, Any]) -> set[tuple[str, str, str]]:
        steps = (step for step in plan["steps"] if step["action"] != "unchanged")
        return {(step["action"], step["externalId"], step.get("store", "")) for step in steps}

    assert offline.plan
    assert live
    assert changes(offline.plan) == changes(live)
    assert ("create", "returns", "Shopify store 2") in changes(offline.plan)


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


def test_a_change_of_the_license_of_a_store_is_ordered_for_that_store(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    reconcile(branches.connector)
    without, having = stores
    before = {document["_id"]: document for _, document in (*parent.tagged(), *having.tagged())}
    path = f"/connectors/{branches.connector.connector_id}/licenses"
    own = license_of(branches, without)
    opts = {"addonLicenses": [{"type": "addon", "licenses": [{"addOnId": "payouts"}]}]}
    branches.platform.call("PUT", f"{path}/{own['_id']}", {"opts": opts})

    reconcile(branches.connector)

    [order] = Order.objects.open()
    assert (order.installation, order.by) == (without.installation, "license")
    parent.push_unordered()
    assert names(without) == OWN | {"paid_out"}
    after = {document["_id"]: document for _, document in (*parent.tagged(), *having.tagged())}
    assert after == before
    reconcile(branches.connector)
    assert not Order.objects.open().exists()


def test_a_push_removes_from_a_store_what_its_license_no_longer_grants(
    branches: Shop, parent: Customer, stores: list[Customer]
) -> None:
    having = stores[1]
    license_ = License.objects.filter(integration_id=having.integration_id)
    reconcile(branches.connector)
    set_add_ons(license_.get(), add_ons=(), by=THE_KIT)

    assert parent.push().outcome == Operation.Outcome.DONE

    assert names(having) == OWN
    assert having.installation.add_ons == {}


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


def test_settings_of_a_store_are_saved_by_a_call_for_its_installation(
    parent: Customer, stores: list[Customer]
) -> None:
    first, second = stores
    before = {document["_id"]: document for _, document in (*parent.tagged(), *second.tagged())}

    saved = save_settings(first.installation, {"path": "/mine"}, by=THE_KIT)
    parent.platform.control("/drain", {"timeout_seconds": 30})

    assert saved.change.refresh_from_db() or saved.change.outcome == "applied"
    assert first.component("orders")["http"]["relativeURI"] == "/mine"
    assert first.integration["settings"]["path"] == "/mine"
    after = {document["_id"]: document for _, document in (*parent.tagged(), *second.tagged())}
    assert after == before
    assert not parent.integration["updateInProgress"]
    last = parent.last_operation
    assert (last.outcome, last.code) == (Operation.Outcome.IGNORED, "settings_of_stores")


def test_settings_of_a_store_are_refused_like_those_of_any_installation(
    parent: Customer, stores: list[Customer]
) -> None:
    unknown = save_settings(stores[0].installation, {"ledger": "/mine"}, by=THE_KIT)

    assert unknown.change is None
    assert unknown.errors.keys() == {"ledger"}


def test_settings_that_a_store_cannot_apply_lock_nothing_and_wait(
    parent: Customer, stores: list[Customer]
) -> None:
    store = stores[0]
    store.delete("sync")

    saved = save_settings(store.installation, {"path": "/mine"}, by=THE_KIT)
    parent.platform.control("/drain", {"timeout_seconds": 30})

    saved.change.refresh_from_db()
    assert saved.change.outcome == "waiting"
    assert "sync" in saved.change.message
    assert not parent.integration["updateInProgress"]
    assert not store.installation.update_in_progress
    assert store.integration["name"] in parent.last_operation.message


def test_a_lost_push_for_the_settings_of_a_store_is_repeated(
    parent: Customer, stores: list[Customer], monkeypatch: Any
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("connector_kit.installation_settings._push", lambda _: None)
        saved = save_settings(stores[0].installation, {"path": "/mine"}, by=THE_KIT)
    long_ago = clock.now() - 2 * PATIENCE
    Order.objects.open().update(placed_at=long_ago)
    Operation.objects.update(started_at=long_ago)

    assert push_stragglers() == 1
    parent.platform.control("/drain", {"timeout_seconds": 30})

    saved.change.refresh_from_db()
    assert saved.change.outcome == "applied"


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
