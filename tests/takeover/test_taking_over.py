"""An install base made by other code: refused until it is taken over, and then kept."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from connector_kit.lifecycle.journal import DatabaseJournal
from connector_kit.models import Operation, Takeover
from connector_kit.publisher import PublisherError, plan_live, publish
from connector_kit.publisher.dry_run_ticks import tick
from connector_kit.publisher.dry_runs import unfinished
from connector_kit.publisher.takeovers import (
    base_of,
    begin,
    report,
    rules_of,
    to_take_over,
    watch_takeover,
)
from connector_kit.takeover import Rules
from tests.lifecycle.customers import Customer
from tests.takeover.conftest import FIRST, SECOND
from tests.takeover.foreign import edit, held, installed, named

NAMES = {
    *("erp", "shop", "orders", "customers", "save_order", "save_customer"),
    *("order_sync", "customer_sync"),
}
KINDS = ("", "members", "edited", "leftovers", "simple", "renamed")


def take_over(connector: Any, *, apply: bool = False, more: Any = None, base: Any = None) -> Any:
    """Plan, or carry out, a takeover of the whole base; returns its report."""
    chosen = to_take_over(connector, None)
    rules = rules_of(connector, more)
    dry_run = begin(connector, chosen, base_of(connector, base), rules, may_write=apply)
    assert len(list(watch_takeover(dry_run))) == len(chosen)
    dry_run.refresh_from_db()
    return report(dry_run)


def by_external_id(customer: Customer) -> Counter[str]:
    return Counter(item.get("externalId", "") for item in held(customer).values())


def test_an_update_of_what_other_code_made_is_refused_with_the_way_out(old, move_in):
    customer = installed(old, 0)
    connector = move_in()
    before = customer.untouched()

    [answer] = plan_live(connector, [customer.integration_id], connector.releases.get())
    operation = customer.push()

    [step] = answer.plan["steps"]
    assert (step["action"], step["code"]) == ("conflict", "takeover_needed")
    assert "8 documents" in step["message"]
    assert "connections/ERP" in step["message"]
    assert len(answer.plan["unknown"]) == 8
    assert (operation.outcome, operation.code) == ("failed", "takeover_needed")
    assert "connector-kit takeover erp" in operation.message
    assert customer.untouched() == before


def test_settings_are_refused_until_the_first_update(old, move_in):
    customer = installed(old, 0)
    connector = move_in()

    assert customer.use("persistSettings", {"pending": {"x": 1}}).error[0] == "takeover_needed"
    take_over(connector, apply=True)
    assert customer.use("persistSettings", {"pending": {"x": 1}}).error[0] == "update_needed"
    assert customer.push().outcome == Operation.Outcome.DONE
    channel = {"pending": {"channel": "#new"}}
    assert customer.use("persistSettings", channel).body["success"]


@pytest.mark.parametrize("kind", ["", "leftovers"])
def test_what_carries_the_tag_only_can_be_uninstalled(old, move_in, kind):
    customer = installed(old, 0, kind)
    move_in()

    assert customer.begin_uninstall().body == []
    reply = customer.end_uninstall()

    assert reply.status == 200, reply.body
    assert customer.everything() == []


def test_a_plan_writes_nothing_and_says_by_which_rule(old, move_in):
    customer = installed(old, 0, "leftovers")
    connector = move_in()
    before = customer.untouched()

    answer = take_over(connector)

    [installation] = answer["installations"]
    found = installation["plan"]["takeover"]
    rules = {item["component"]: item["rule"] for item in found["matched"]}
    assert rules == dict.fromkeys(NAMES, "name") | {"orders": "reference"}
    assert {item["name"]: item["duplicateOf"] for item in found["leftovers"]} == {
        "Orders": "orders",
        "Debug": None,
    }
    assert found["settings"]["taken"] == {"channel": f"exports_{_orders(found)}_channel"}
    assert customer.untouched() == before
    assert not customer.installation.components.exists()
    assert not customer.integration["updateInProgress"]


def _orders(found: Any) -> str:
    [identity] = [item["id"] for item in found["matched"] if item["component"] == "orders"]
    return str(identity)


def test_what_differs_is_shown_counted_and_never_silently_replaced(old, move_in):
    customer = installed(old, 0)
    edit(customer, "exports", "Orders", pageSize=37)
    edit(customer, "connections", "Shop", name="Our shop")
    connector = move_in(SECOND)

    answer = take_over(connector)

    assert answer["counts"]["edited"] == 3  # with the import that 1.1.0 changes
    take_over(connector, apply=True)
    assert customer.push().outcome == Operation.Outcome.DONE
    assert customer.component("orders")["pageSize"] == 37
    assert customer.component("shop")["name"] == "Our shop"
    assert customer.component("save_order")["http"]["relativeURI"] == ["/orders"]


def test_external_ids_of_other_code_do_not_let_an_update_replace_edits(old, move_in):
    customer = installed(old, 0, "named")
    edit(customer, "exports", "Orders", pageSize=37)
    edit(customer, "connections", "Shop", name="Our shop")
    connector = move_in()

    assert customer.push().code == "takeover_needed"
    answer = take_over(connector)

    [installation] = answer["installations"]
    found = installation["plan"]["takeover"]
    assert {item["rule"] for item in found["matched"]} == {"external id"}
    assert found["counts"]["conflicts"] == 2
    assert [item["name"] for item in found["leftovers"]] == ["Debug"]
    take_over(connector, apply=True)
    assert customer.push().outcome == Operation.Outcome.DONE
    assert customer.component("orders")["pageSize"] == 37
    assert customer.component("shop")["name"] == "Our shop"


def test_a_base_tells_edits_from_what_the_new_version_changes(old, move_in):
    customer = installed(old, 0)
    edit(customer, "exports", "Orders", pageSize=37)
    connector = move_in(SECOND)

    answer = take_over(connector, apply=True, base=FIRST)

    assert (answer["base"], answer["counts"]["conflicts"]) == ("1.0.0", 1)
    assert customer.push().outcome == Operation.Outcome.DONE
    assert customer.component("orders")["pageSize"] == 37
    assert customer.component("save_order")["http"]["relativeURI"] == ["/v2/orders"]


def test_a_takeover_writes_external_ids_and_nothing_else(old, move_in):
    customer = installed(old, 0)
    connector = move_in()
    before = held(customer)
    page = customer.integration

    take_over(connector, apply=True)

    for identity, document in held(customer).items():
        written = {key for key, value in document.items() if before[identity].get(key) != value}
        assert written <= {"externalId", "_integrationId", "lastModified"}
    assert customer.integration["settings"] == page["settings"]
    assert named(customer, "Orders")["hooks"]["preSavePage"]["function"] == "keepPaidOld"
    assert customer.installation.settings == {"channel": "#ours"}


def test_the_first_update_brings_hooks_page_and_steps(old, move_in):
    customer = installed(old, 0)
    connector = move_in()
    take_over(connector, apply=True)

    assert customer.push().outcome == Operation.Outcome.DONE

    hook = customer.component("orders")["hooks"]["preSavePage"]
    assert (hook["function"], hook["_stackId"]) == ("keep_paid", connector.stack_id)
    [field] = customer.integration["settings"]["general"]["fields"]
    assert (field["name"], field["value"]) == ("channel", "#ours")
    steps = customer.integration["install"]
    assert [step["uninstallerFunction"] for step in steps] == ["remove_erp", "remove_shop"]


def test_ambiguous_documents_are_listed_and_decided_by_the_author(old, move_in):
    customer = installed(old, 0, "twice")
    connector = move_in()
    before = customer.untouched()

    answer = take_over(connector, apply=True)

    assert answer["outcomes"] == {"ambiguous": 1}
    [installation] = answer["installations"]
    [ambiguous] = installation["plan"]["takeover"]["ambiguous"]
    assert ambiguous["component"] == "customer_sync"
    assert len(ambiguous["candidates"]) == 2
    assert customer.untouched() == before
    off = next(
        item["_id"]
        for item in held(customer).values()
        if item["name"] == "Customer sync" and item["disabled"]
    )
    answer = take_over(connector, apply=True, more={"match": {"customer_sync": off}})
    assert answer["outcomes"] == {"taken_over": 1}
    assert held(customer)[off]["externalId"] == "customer_sync"
    assert customer.push().outcome == Operation.Outcome.DONE


def test_an_interrupted_takeover_counts_for_nothing_and_is_continued(old, move_in, monkeypatch):
    customer = installed(old, 0)
    connector = move_in()
    settle = DatabaseJournal.settle

    def fails(*_: Any) -> None:
        raise RuntimeError("the process dies")

    monkeypatch.setattr(DatabaseJournal, "settle", fails)
    assert take_over(connector, apply=True)["outcomes"] == {"failed": 1}
    monkeypatch.setattr(DatabaseJournal, "settle", settle)
    assert customer.push().code == "takeover_needed"

    assert take_over(connector, apply=True)["outcomes"] == {"taken_over": 1}

    assert by_external_id(customer) == Counter(NAMES)
    assert customer.push().outcome == Operation.Outcome.DONE


def test_a_takeover_that_runs_out_of_time_goes_on(old, move_in, settings):
    customer = installed(old, 0)
    connector = move_in()
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "function_seconds": 0.0}

    assert take_over(connector, apply=True)["outcomes"] == {"taken_over": 1}

    assert customer.installation.operations.filter(outcome="checkpoint").exists()
    assert by_external_id(customer) == Counter(NAMES)


def test_a_worker_finishes_what_a_command_began(old, move_in):
    customer = installed(old, 0)
    connector = move_in()
    chosen = to_take_over(connector, None)
    begun = begin(connector, chosen, base_of(connector, None), Rules(), may_write=True)

    again = begin(connector, chosen, base_of(connector, None), Rules(), may_write=True)
    with pytest.raises(PublisherError, match="unfinished, and has other rules"):
        begin(connector, chosen, base_of(connector, None), Rules(leave=("Debug",)))
    while tick(unfinished().get().pk):
        pass

    assert again == begun
    assert by_external_id(customer) == Counter(NAMES)
    assert to_take_over(connector, None) == ()


def test_two_installations_in_one_account_keep_their_own_documents(old, move_in):
    customers = [installed(old, 0), installed(old, 0)]
    ours = [{*held(customers[0])} for _ in customers]
    connector = move_in()

    answer = take_over(connector, apply=True)

    assert answer["outcomes"] == {"taken_over": 2}
    for customer in customers:
        assert {item["externalId"] for _, item in customer.tagged()} == NAMES
    customers[0].begin_uninstall()
    assert customers[0].end_uninstall().status == 200
    assert len(held(customers[1])) == len(ours[0]) / 2 == len(NAMES)


@pytest.mark.scale
def test_an_install_base_is_taken_over_updated_twice_rolled_back_and_uninstalled(old, move_in):
    story(old, move_in, 50)


def test_installations_of_each_kind_are_taken_over_updated_and_uninstalled(old, move_in):
    story(old, move_in, len(KINDS))


def story(old: Any, move_in: Any, count: int) -> None:
    """No double, no loss, no orphan; and the plan said all of it beforehand."""
    customers = {}
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        customer = installed(old, number % 3, kind)
        edit_as(customer, kind)
        customers[customer.integration_id] = (customer, kind)
    connector = move_in()
    mine = {key: _own(customer) for key, (customer, _) in customers.items()}

    planned = take_over(connector)
    assert planned["outcomes"] == {"planned": count}
    done = take_over(connector, apply=True)

    assert all(item["asPlanned"] for item in done["installations"])
    assert done["counts"]["matched"] == count * len(NAMES)
    assert Takeover.objects.count() == 2
    first = connector.releases.get()
    publish(SECOND)
    second = connector.releases.get(version="1.1.0")
    for release, expected in ((first, NAMES), (second, {*NAMES, *NEW}), (first, NAMES)):
        for key, (customer, _) in customers.items():
            assert customer.push(release).outcome == Operation.Outcome.DONE
            components = [item for item in _own(customer).values() if item.get("externalId")]
            assert Counter(item["externalId"] for item in components) == Counter(expected)
            assert mine[key].keys() <= _own(customer).keys()
            assert_edits_are_kept(customer, customers[key][1])
    for customer, _ in customers.values():
        customer.uninstall()
    assert all(customer.everything() == [] for customer, _ in customers.values())


NEW = {"refunds", "refund_sync"}


def edit_as(customer: Customer, kind: str) -> None:
    """What customers of some kinds have edited before the kit came."""
    if kind == "edited":
        change(customer, "exports", "Customers", pageSize=37)
        change(customer, "flows", "Order sync", schedule="? 7 */3 ? * *")
    elif kind == "renamed":
        change(customer, "connections", "ERP", name="Our ERP")


def change(customer: Customer, resource: str, called: str, **fields: Any) -> None:
    [document] = [item for item in _own(customer).values() if item["name"] == called]
    customer.do("PUT", f"/{resource}/{document['_id']}", {**document, **fields})


def assert_edits_are_kept(customer: Customer, kind: str) -> None:
    named = {item["externalId"]: item for item in _own(customer).values() if "externalId" in item}
    if kind == "edited":
        assert named["customers"]["pageSize"] == 37
        assert named["order_sync"]["schedule"] == "? 7 */3 ? * *"
    elif kind == "renamed":
        assert named["erp"]["name"] == "Our ERP"


def _own(customer: Customer) -> dict[str, Any]:
    """The documents of this installation, whether or not they name it."""
    everything = held(customer)
    mine = {
        key
        for key, item in everything.items()
        if item.get("_integrationId") == (customer.integration_id)
    }
    linked = True
    while linked:
        linked = {
            key
            for key, item in everything.items()
            if key not in mine
            and "_integrationId" not in item
            and (
                any(other in str(item) for other in mine)
                or any(key in str(everything[other]) for other in mine)
            )
        }
        mine |= linked
    return {key: everything[key] for key in mine}
