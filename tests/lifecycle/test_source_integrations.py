"""Framework 2.0: the source integration that publishing keeps, and what installing copies."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from connector_kit.models import Connector, Operation, Push, Rollout, SourceIntegration
from connector_kit.publisher import publish, source_integrations, sync_install_base
from connector_kit.publisher.errors import PublicationRefused, SourceBusy
from connector_kit.publisher.review import review
from connector_kit.publisher.tasks import keep_sources
from connector_kit.rollouts import RolloutOptions, start_rollout, tick
from tests.lifecycle.customers import FlatCustomer
from tests.lifecycle.fixtures import Customer, Shop, problems_of
from tests.lifecycle.source_fixtures import (
    CREDENTIALS,
    NEXT_TWO,
    TWO,
    begin,
    built_by_hand,
    installed,
    listed,
    make_default,
    names,
    source,
    source_id,
    take_steps,
    uninstall,
)
from tests.lifecycle.two_1_0 import Two
from tests.waiting import wait_for

STANDARD = {"shop", "orders", "save", "sync"}
BOTH, MOVED = "tests.lifecycle.two_connections:Two", "tests.lifecycle.two_connections:Moved"


def test_publishing_makes_the_source_integration_and_names_it_on_the_listing(two: Shop) -> None:
    found = source(two)

    assert found.keys() == STANDARD | {"@integration"}
    home = found["@integration"]
    assert home["name"] == "Two"
    assert [step["type"] for step in home["installSteps"]] == ["connection", "hidden"]
    assert "_connectorId" not in found["orders"]
    assert found["orders"]["_connectionId"] == found["shop"]["_id"]


def test_publishing_again_changes_nothing(two: Shop) -> None:
    before = source(two)

    again = publish(TWO)

    assert not again
    assert again.source is not None
    assert again.source.to_json()["action"] == "unchanged"
    assert source(two) == before


def test_publishing_again_reads_the_source_only_once(two: Shop) -> None:
    two.platform.control("/reset_counters", {})
    publish(TWO, dry_run=True)
    planned = two.platform.control("/counters")["requests"]
    two.platform.control("/reset_counters", {})

    publish(TWO)

    assert two.platform.control("/counters")["requests"] <= planned


def test_a_clone_of_the_source_is_not_taken_for_it(two: Shop) -> None:
    original = source_id(two)
    home = two.platform.call("GET", f"/integrations/{original}")
    clone = {"name": "Playground", "externalId": home["externalId"]}
    cloned = two.platform.call("POST", "/integrations", clone)["_id"]

    publish(TWO)
    assert source_id(two) == original

    two.connector.source_integration.delete()
    path = f"/connectors/{two.connector.connector_id}"
    listing = two.platform.call("GET", path)
    del listing["twoDotZero"]["_integrationId"]
    two.platform.call("PUT", path, listing)
    with pytest.raises(PublicationRefused) as refused:
        publish(TWO)
    [objection] = refused.value.objections
    assert objection.code == "source_unclear"
    assert original in objection.message
    assert f"Playground ({cloned})" in objection.message


def test_the_source_of_a_class_that_goes_back_to_framework_1_stays(
    two: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = source_id(two)
    two.platform.call("DELETE", f"/connectors/{two.connector.connector_id}")
    monkeypatch.setattr(Two, "framework", 1)
    monkeypatch.setattr(Two, "version", "2.0.0")

    result = publish(TWO, new_records=True)

    assert any(kept in note for note in result.notes)
    make_default(two, "2.0.0")
    keep_sources()
    assert two.platform.call("GET", f"/integrations/{kept}")["installSteps"]
    assert two.connector.source_integration.integration_id == kept


def test_a_dry_run_says_what_changes_in_the_source(shop: Shop) -> None:
    plan = publish(TWO, dry_run=True)

    assert plan.source is not None
    told = plan.source.to_json()
    assert told["action"] == "create"
    assert {step["externalId"] for step in told["components"]} >= STANDARD


def test_the_source_holds_the_default_release_not_the_newest(two: Shop) -> None:
    publish(NEXT_TWO)

    assert "returns" not in source(two)
    assert source(two)["orders"]["http"]["relativeURI"] == "/orders"


def test_edits_in_the_source_are_kept_where_a_release_does_not_change_them(two: Shop) -> None:
    edit(two, "save", mapping={"fields": [{"extract": "a", "generate": "b"}]})

    publish(TWO)

    assert source(two)["save"]["mapping"]["fields"][0]["generate"] == "b"


def test_publishing_refuses_to_overwrite_edits_in_the_source(two: Shop) -> None:
    publish(NEXT_TWO)
    edit(two, "orders", http={"relativeURI": "/by-hand", "method": "GET"})
    make_default(two, "1.1.0")

    with pytest.raises(PublicationRefused) as refused:
        publish(NEXT_TWO)

    [objection] = [item for item in refused.value.objections if item.weight == "refused"]
    assert objection.code == "source_edited"
    assert "orders: http.relativeURI" in objection.message
    assert source(two)["orders"]["http"]["relativeURI"] == "/by-hand"

    publish(NEXT_TWO, overwrite_source=True)

    assert source(two)["orders"]["http"]["relativeURI"] == "/v2/orders"
    assert "returns" in source(two)


def test_a_component_deleted_in_the_source_is_made_again_only_when_told(two: Shop) -> None:
    two.platform.call("DELETE", f"/flows/{source(two)['sync']['_id']}")

    with pytest.raises(PublicationRefused, match="sync: deleted"):
        publish(TWO)
    publish(TWO, overwrite_source=True)

    assert "sync" in source(two)


def test_a_worker_brings_the_source_to_a_new_default_release(two: Shop) -> None:
    publish(NEXT_TWO)
    make_default(two, "1.1.0")

    keep_sources()

    assert "returns" in source(two)


def test_edits_that_keep_a_worker_from_it_are_on_record(two: Shop) -> None:
    publish(NEXT_TWO)
    edit(two, "orders", http={"relativeURI": "/by-hand", "method": "GET"})
    make_default(two, "1.1.0")

    keep_sources()

    row = SourceIntegration.objects.get()
    assert "orders: http.relativeURI" in row.problem
    publish(NEXT_TWO, overwrite_source=True)
    row.refresh_from_db()
    assert (row.problem, row.release.version) == ("", "1.1.0")


def test_a_lost_source_is_made_again(two: Shop) -> None:
    lost = source_id(two)
    two.platform.call("DELETE", f"/integrations/{lost}")

    publish(TWO)

    assert source_id(two) != lost
    assert source(two).keys() == STANDARD | {"@integration"}


def test_a_source_built_by_hand_is_recognized_by_names_and_gets_external_ids(shop: Shop) -> None:
    by_hand = built_by_hand(shop)
    shop.publish(TWO)
    listed(shop, by_hand["integrations"])
    shop.connector.source_integration.delete()

    publish(TWO, overwrite_source=True)

    found = source(shop)
    assert source_id(shop) == by_hand["integrations"]
    assert found.keys() == STANDARD | {"@integration"}
    assert {name: found[name]["_id"] for name in STANDARD} == {
        name: by_hand[name] for name in STANDARD
    }


def test_steps_that_somebody_made_by_hand_are_not_doubled(shop: Shop) -> None:
    by_hand = built_by_hand(shop)
    path = f"/integrations/{by_hand['integrations']}"
    home = shop.platform.call("GET", path)
    own = {"name": "Connect your shop", "type": "connection", "_connectionId": by_hand["shop"]}
    shop.platform.call("PUT", path, {**home, "installSteps": [own]})
    shop.publish(TWO)
    shop.connector.source_integration.delete()
    listed(shop, by_hand["integrations"])

    with pytest.raises(PublicationRefused, match="@integration: installSteps"):
        publish(TWO)
    publish(TWO, overwrite_source=True)

    steps = source(shop)["@integration"]["installSteps"]
    assert [step["name"] for step in steps] == ["Shop", "Complete"]


def test_connections_that_name_no_integration_are_not_made_twice(shop: Shop) -> None:
    """The ERP is used in higher editions only: nothing in the source leads to it."""
    shop.publish(BOTH)
    for connection in shop.platform.call("GET", "/connections"):
        bare = {key: value for key, value in connection.items() if key != "_integrationId"}
        shop.platform.call("PUT", f"/connections/{connection['_id']}", bare)

    assert not publish(BOTH)

    assert len(shop.platform.call("GET", "/connections")) == 2


def test_external_ids_that_somebody_changed_are_corrected_in_source_and_copies(two: Shop) -> None:
    edit(two, "orders", externalId="mine")

    customer = installed(two)
    publish(TWO)

    assert names(customer) == STANDARD
    assert "orders" in source(two)


def test_a_flow_that_was_moved_out_of_the_source_counts_as_deleted(two: Shop) -> None:
    elsewhere = two.platform.call("POST", "/integrations", {"name": "Elsewhere"})
    edit(two, "sync", _integrationId=elsewhere["_id"])

    with pytest.raises(PublicationRefused, match="sync: deleted"):
        publish(TWO)
    publish(TWO, overwrite_source=True)

    assert "sync" in source(two)


def test_credentials_in_the_source_survive_a_change_of_their_connection(two: Shop) -> None:
    auth = {"type": "basic", "basic": {"username": "me", "password": "secret"}}
    http = source(two)["shop"]["http"]
    edit(two, "shop", http={**http, "auth": auth})

    publish(MOVED)
    make_default(two, "1.1.0")
    keep_sources()

    assert SourceIntegration.objects.get().problem == ""
    found = source(two)
    assert found["shop"]["http"]["baseURI"] == "https://moved.example.com"
    assert found["shop"]["http"]["auth"]["basic"]["username"] == "me"
    [step, _] = found["@integration"]["installSteps"]
    assert step["sourceConnection"]["http"]["baseURI"] == "https://moved.example.com"


def test_a_worker_takes_the_source_back_to_an_older_default_release(two: Shop) -> None:
    before = source(two)
    publish(NEXT_TWO)
    make_default(two, "1.1.0")
    keep_sources()

    make_default(two, "1.0.0")
    keep_sources()

    after = source(two)
    assert after.keys() == before.keys()
    assert after["orders"]["http"] == before["orders"]["http"]


def test_what_another_integration_uses_by_now_stays_where_it_is(two: Shop) -> None:
    publish(NEXT_TWO)
    make_default(two, "1.1.0")
    keep_sources()
    used = source(two)["returns"]["_id"]
    body = {"name": "Another's", "pageGenerators": [{"_exportId": used}]}
    two.platform.call("POST", "/flows", body)
    make_default(two, "1.0.0")

    keep_sources()

    row = SourceIntegration.objects.get()
    assert (row.problem, row.release.version) == ("", "1.0.0")
    assert two.platform.call("GET", f"/exports/{used}")["_id"] == used
    assert "returns" not in row.ids


def test_a_worker_takes_back_what_a_cut_off_one_wrote(
    two: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(NEXT_TWO)
    make_default(two, "1.1.0")
    monkeypatch.setattr(source_integrations, "write_installation", die)
    with pytest.raises(SystemExit):
        keep_sources()
    monkeypatch.undo()
    assert "returns" in source(two)
    SourceIntegration.objects.update(busy_until=None)

    make_default(two, "1.0.0")
    keep_sources()

    assert "returns" not in source(two)


def test_what_another_process_wrote_before_the_claim_is_known(
    two: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(NEXT_TWO)
    claim = SourceIntegration.claim

    def claim_late(row: SourceIntegration, *, seconds: float) -> bool:
        monkeypatch.undo()
        make_default(two, "1.1.0")
        keep_sources()
        make_default(two, "1.0.0")
        return claim(row, seconds=seconds)

    monkeypatch.setattr(SourceIntegration, "claim", claim_late)
    publish(NEXT_TWO)

    assert "returns" not in source(two)


def test_one_source_that_fails_does_not_stop_the_others(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for target in (TWO, "tests.lifecycle.two_connections:Another"):
        shop.publish(target)
    SourceIntegration.objects.update(release=None)
    keep = source_integrations.keep_source

    def fail_once(connector: Connector, *args: Any, **kwargs: Any) -> Any:
        if connector.slug == "two":
            raise ValueError("what nobody expected")
        return keep(connector, *args, **kwargs)

    monkeypatch.setattr(source_integrations, "keep_source", fail_once)
    keep_sources()

    held = {row.connector.slug: row for row in SourceIntegration.objects.all()}
    assert "ValueError" in held["two"].problem
    assert held["another"].release is not None


def test_a_listing_that_names_another_integration_is_corrected_with_advice(two: Shop) -> None:
    own = source_id(two)
    listed(two, two.platform.call("POST", "/integrations", {"name": "Elsewhere"})["_id"])

    advice = {objection.code for objection in review(TWO)}
    publish(TWO)

    assert "source_not_listed" in advice
    assert source_id(two) == own


def test_the_listed_integration_becomes_the_source_when_the_one_on_record_is_gone(
    two: Shop,
) -> None:
    lost = source_id(two)
    by_hand = built_by_hand(two)
    listed(two, by_hand["integrations"])
    two.platform.call("DELETE", f"/integrations/{lost}")

    publish(TWO, overwrite_source=True)

    assert source_id(two) == by_hand["integrations"]
    assert source(two)["orders"]["_id"] == by_hand["orders"]


def test_the_list_of_releases_shows_the_source_and_what_prevents_its_update(two: Shop) -> None:
    quiet = listed_releases()
    SourceIntegration.objects.update(problem="It was edited.")

    assert quiet == (f"Source integration {source_id(two)}: 1.0.0", "")
    assert listed_releases()[1] == "It was edited.\n"


def test_two_processes_do_not_write_a_source_at_once(two: Shop) -> None:
    row = SourceIntegration.objects.get()
    assert row.claim(seconds=60)

    with pytest.raises(SourceBusy):
        publish(TWO)


def test_installing_copies_the_source_and_completes_the_licensed_edition(two: Shop) -> None:
    customer = installed(two, "Premium")

    assert names(customer) == STANDARD | {"refunds"}
    assert customer.integration["mode"] == "settings"
    assert customer.integration["version"] == "1.0.0"
    assert customer.installation.edition == "premium"
    assert customer.installation.version == "1.0.0"
    assert customer.last_operation.outcome == Operation.Outcome.DONE
    assert customer.component("shop")["http"]["baseURI"] == "https://mine.example.com"


def test_an_installation_can_be_updated_right_away(two: Shop) -> None:
    customer = installed(two)
    two.publish(NEXT_TWO)

    assert customer.push().outcome == Operation.Outcome.DONE
    assert names(customer) == STANDARD | {"returns"}
    assert len(connections(customer)) == 1


def test_a_connection_that_the_customer_had_before_stands_in_for_the_copy(two: Shop) -> None:
    customer = begin(two)
    own = customer.do("POST", "/connections", {"name": "Mine", "type": "http", "http": HTTP})
    take_steps(customer, connection={"_connectionId": own["_id"]})
    two.publish(NEXT_TWO)

    customer.push()

    assert [connection["_id"] for connection in connections(customer)] == [own["_id"]]
    assert customer.component("returns")["_connectionId"] == own["_id"]
    assert customer.do("GET", f"/connections/{own['_id']}")["name"] == "Mine"


def test_a_connection_that_cannot_log_in_keeps_its_step_open(two: Shop) -> None:
    customer = begin(two)
    basic = {"username": "jo"}  # and no password
    down = {**CREDENTIALS, "http": {**HTTP, "auth": {"type": "basic", "basic": basic}}}
    reply = customer.ask("POST", f"{customer.home}/installSteps", {"connection": down})

    assert reply.error[0] == "connection_offline"
    assert not customer.integration["installSteps"][0]["completed"]


def test_copies_without_external_ids_are_recognized_and_get_them(shop: Shop) -> None:
    """The source was built by hand, and a customer has installed it before the kit came."""
    by_hand = built_by_hand(shop)
    shop.publish(TWO)
    shop.connector.source_integration.delete()
    listed(shop, by_hand["integrations"])
    customer = begin(shop)
    take_steps(customer)
    held = {item["name"]: item["_id"] for _, item in customer.tagged()}
    assert names(customer) <= {"None", "shop"}
    [save] = [item for _, item in customer.tagged() if item["name"] == "Save"]
    customer.do("PUT", f"/imports/{save['_id']}", {**save, "mapping": MINE})
    publish(TWO, overwrite_source=True)
    sync_install_base(shop.connector)

    shop.publish(NEXT_TWO)
    customer.push()
    customer.push()

    assert names(customer) == STANDARD | {"returns"}
    assert {name: customer.component(name.lower())["_id"] for name in held} == held
    assert customer.component("save")["mapping"] == MINE


def test_uninstalling_leaves_nothing_and_is_on_record(two: Shop) -> None:
    customer = installed(two)
    installation = customer.installation

    uninstall(customer)

    installation.refresh_from_db()
    assert installation.vanished_at is not None
    assert customer.tagged() == []


MINE = {"fields": [{"extract": "number", "generate": "mine"}], "lists": []}
HTTP = {"baseURI": "https://own.example.com", "mediaType": "json"}


def connections(customer: Customer) -> list[dict[str, Any]]:
    return [item for resource, item in customer.everything() if resource == "connections"]


def edit(shop: Shop, name: str, **fields: Any) -> None:
    """Somebody edits a document of the source in integrator.io."""
    document = source(shop)[name]
    resource = document.pop("resource")
    shop.platform.call("PUT", f"/{resource}/{document['_id']}", {**document, **fields})


def listed_releases() -> tuple[str, str]:
    """The last line of ``release list``, and what it warns of."""
    out, err = StringIO(), StringIO()
    call_command("release", "list", "two", stdout=out, stderr=err)
    return out.getvalue().splitlines()[-1], err.getvalue()


def die(*_: Any) -> None:
    raise SystemExit


def test_whoever_installs_gets_the_default_release_whatever_is_rolled_out(two: Shop) -> None:
    def install(number: int) -> Customer:
        return FlatCustomer(two.platform, number).install(two.connector)

    customers = [install(number) for number in (0, 1)]
    first, second = two.connector.releases.get(version="1.0.0"), two.publish(NEXT_TWO)
    begun = FlatCustomer(two.platform, 2)
    begun.start(two.connector)
    sync_install_base(two.connector)
    rollout = start_rollout(two.connector, options=RolloutOptions(waves=("1", "rest"), window=1))
    drive(two, rollout, lambda: rollout.pushes.filter(state=Push.State.UPDATED).exists())
    versions = {customer.integration["version"] for customer in customers}
    assert versions == {"1.0.0", "1.1.0"}

    assert problems_of(install(0), first) == []

    drive(two, rollout, lambda: rollout.state == Rollout.State.COMPLETED)
    assert source(two)["orders"]["http"]["relativeURI"] == "/orders"  # no worker has come by
    while step := begun.open_step():
        assert begun.take(step).status < 300
    late = install(1)
    keep_sources()
    assert source(two)["orders"]["http"]["relativeURI"] != "/orders"
    assert [problems_of(customer, second) for customer in (begun, late, install(2))] == [[]] * 3


def drive(shop: Shop, rollout: Rollout, until: Callable[[], bool]) -> None:
    """Tick, and wait for what was pushed, until it is so."""

    def ticked() -> bool:
        tick(rollout.pk)
        shop.platform.control("/drain", {"timeout_seconds": 30})
        rollout.refresh_from_db()
        return until()

    wait_for(ticked)
