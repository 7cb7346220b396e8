"""Nothing is written to an account unless an order on record says so."""

from itertools import islice

import pytest

from connector_kit.models import Installation, Operation, Order
from connector_kit.models.clock import now
from connector_kit.publisher.pushing import PATIENCE, push_stragglers, stragglers
from connector_kit.publisher.tasks import keep_sources
from tests.lifecycle.fixtures import problems_of
from tests.lifecycle.frameworks import IN_BOTH
from tests.lifecycle.misfortunes import DeathAfterRequest
from tests.lifecycle.source_fixtures import make_default

WRITES = ("POST", "PUT", "PATCH", "DELETE")


def writes(customer, since):
    return [(m, path) for m, path in customer.requests(since=since) if m in WRITES]


def faults(customer, **wanted):
    chosen = {"tokens": ["one_time"], "accounts": [customer.account.account_id]}
    customer.platform.control("/faults", {"rate": 1, **chosen, **wanted} if wanted else {})


@pytest.fixture
def first(shop):
    return shop.connector.releases.get(version="1.0.0")


@IN_BOTH
def test_a_call_that_nobody_ordered_gives_the_lock_back_and_changes_nothing(customer, upgraded):
    before, sent = customer.untouched(), len(customer.requests())

    operation = customer.push_unordered()

    assert (operation.outcome, operation.code) == (Operation.Outcome.IGNORED, "not_ordered")
    assert operation.release is None
    assert writes(customer, sent) == [("PUT", customer.home)]
    assert customer.untouched() == before
    assert customer.integration["version"] == "1.0.0"
    assert customer.integration["updateInProgress"] is False


def test_an_ignored_call_says_nothing_of_how_the_last_update_ended(customer, upgraded):
    customer.push(upgraded)

    customer.push_unordered()

    assert customer.installation.update_outcome == Operation.Outcome.DONE


@IN_BOTH
def test_a_dry_run_whose_call_comes_twice_changes_nothing(customer, upgraded):
    before = customer.untouched()
    customer.order(upgraded, Order.Kind.PLAN)

    planned, again = customer.push_unordered(), customer.push_unordered()

    assert (planned.kind, planned.outcome) == (Operation.Kind.PLAN, Operation.Outcome.DONE)
    assert again.outcome == Operation.Outcome.IGNORED
    assert customer.untouched() == before
    assert customer.integration["updateInProgress"] is False


def test_an_order_is_consumed_once(customer, upgraded):
    customer.push(upgraded)

    assert customer.push_unordered().outcome == Operation.Outcome.IGNORED
    assert [order.state for order in Order.objects.filter(release=upgraded)] == ["done"]


def test_an_order_that_was_taken_back_is_not_carried_out(customer, upgraded):
    order = customer.order(upgraded)
    assert order.revoke()

    assert customer.push_unordered().outcome == Operation.Outcome.IGNORED
    assert customer.integration["version"] == "1.0.0"


def test_an_order_that_a_call_has_begun_to_serve_cannot_be_revoked(customer, upgraded):
    order = customer.order(upgraded)
    customer.push_unordered()

    assert not order.revoke()
    assert customer.integration["version"] == "1.1.0"


def test_a_newer_order_supersedes_the_older_one(customer, upgraded, first):
    older = customer.order(upgraded)
    customer.order(first)

    customer.push_unordered()

    older.refresh_from_db()
    assert older.state == Order.State.CANCELED
    assert customer.integration["version"] == "1.0.0"


def test_an_update_goes_before_a_dry_run_and_both_are_served(customer, upgraded):
    customer.order(upgraded, Order.Kind.PLAN)
    customer.order(upgraded)

    update, plan = customer.push_unordered(), customer.push_unordered()

    assert [update.kind, plan.kind] == ["update", "plan"]
    assert not Order.objects.open().exists()


@IN_BOTH
@pytest.mark.parametrize(
    "trouble",
    [
        {"kinds": ["422"], "paths": "/v1/(connections|scripts|imports|exports|flows)"},
        {"kinds": ["500"], "methods": ["GET"], "paths": "/v1/(imports|exports|flows)"},
        {"kinds": ["503"], "methods": ["GET"], "paths": "/v1/(imports|exports|flows)"},
    ],
    ids=["the first document is refused", "the account cannot be read", "the platform is away"],
)
def test_an_update_that_fails_before_its_first_write_gives_the_lock_back(
    customer, upgraded, trouble
):
    before = customer.untouched()
    faults(customer, **trouble)

    operation = customer.push(upgraded)

    faults(customer)
    assert operation.outcome == Operation.Outcome.FAILED
    assert not operation.changes.exists()
    assert customer.untouched() == before
    assert customer.integration["updateInProgress"] is False
    assert customer.installation.update_in_progress is False


@IN_BOTH
def test_an_update_that_fails_half_way_keeps_the_lock_until_the_next_call(customer, upgraded):
    faults(customer, kinds=["503"], methods=["DELETE"])

    assert customer.push(upgraded).outcome == Operation.Outcome.FAILED
    assert customer.integration["updateInProgress"] is True
    assert customer.installation.update_in_progress is True

    faults(customer)
    assert customer.push_unordered().outcome == Operation.Outcome.DONE
    assert problems_of(customer, upgraded) == []
    assert customer.integration["updateInProgress"] is False


@IN_BOTH
def test_half_an_update_is_undone_by_an_order_for_what_was_there(customer, upgraded, first):
    faults(customer, kinds=["503"], methods=["DELETE"])
    customer.push(upgraded)
    faults(customer)
    customer.order(first, Order.Kind.UNDO)

    operation = customer.push_unordered()

    assert operation.outcome == Operation.Outcome.DONE
    assert problems_of(customer, first) == []
    assert customer.integration["updateInProgress"] is False


def test_an_order_to_undo_without_a_release_gives_nothing_but_the_lock_back(customer, upgraded):
    before = customer.untouched()
    Order.objects.place(customer.installation, Order.Kind.UNDO, None)

    assert customer.push_unordered().outcome == Operation.Outcome.DONE

    assert customer.untouched() == before
    assert customer.integration["updateInProgress"] is False


def test_a_document_that_the_platform_refuses_is_known_as_refused(customer, upgraded):
    faults(customer, kinds=["422"], paths="/v1/(connections|scripts|imports|exports|flows)")

    operation = customer.push(upgraded)

    assert (operation.is_refused, operation.code) == (True, "invalid_field")


def test_trouble_of_the_platform_is_no_refusal(customer, upgraded):
    faults(customer, kinds=["503"], methods=["PUT", "POST", "PATCH"])

    assert not customer.push(upgraded).is_refused


def test_an_update_that_finds_the_installation_held_leaves_that_on_record(customer, upgraded):
    order = customer.order(upgraded)
    customer.installation.take_lease("somebody", now=now(), seconds=60)

    operation = customer.push_unordered()

    assert (operation.outcome, operation.code) == ("failed", "update_in_progress")
    assert operation.order == order
    assert Order.objects.to_serve(customer.installation) == order


@IN_BOTH
def test_new_installations_get_the_default_release_and_not_the_newest(shop):
    shop.publish(shop.framework.second)

    assert shop.customer().install(shop.connector).integration["version"] == "1.0.0"
    make_default(shop, "1.1.0")
    keep_sources()
    assert shop.customer(1).install(shop.connector).integration["version"] == "1.1.0"


@IN_BOTH
@pytest.mark.parametrize("taken", [2, 3])
def test_an_installation_goes_on_with_what_it_began_with_when_the_default_moves(shop, first, taken):
    customer = shop.customer()
    installing = customer.installing(shop.connector)
    assert all(attempt() for attempt in islice(installing, taken))
    shop.publish(shop.framework.second)
    make_default(shop, "1.1.0")
    keep_sources()

    assert all(attempt() for attempt in installing)

    assert problems_of(customer, first) == []
    assert not Order.objects.open().exists()


def test_every_write_has_its_audit_row_also_when_the_process_dies_right_after_it(
    customer, upgraded, first
):
    for point in range(40):
        customer.push(first)
        begun = Operation.objects.latest("pk").pk
        before = {document["_id"]: document for _, document in customer.tagged()}
        death = DeathAfterRequest()
        death.strike(point, customer)
        customer.push(upgraded)
        struck = death.end()
        customer.push_unordered()

        after = {document["_id"]: document for _, document in customer.tagged()}
        written = {
            document["externalId"]
            for key in before.keys() | after.keys()
            if before.get(key) != after.get(key)
            for document in [after.get(key) or before[key]]
            if document.get("externalId")
        }
        rows = customer.installation.changes.filter(operation__gt=begun)
        audited = rows.filter(action__in=("create", "update", "delete"))
        assert written <= set(audited.values_list("external_id", flat=True)), f"point {point}"
        assert not rows.filter(is_certain=False).exists()
        if not struck:
            assert point > 10
            return
    raise AssertionError("it never came to its end")


def test_half_an_update_that_was_cut_off_and_undone_leaves_what_happened_on_record(
    customer, upgraded, first
):
    for point in range(40):
        begun = Operation.objects.latest("pk").pk
        before = {document["_id"]: document for _, document in customer.tagged()}
        death = DeathAfterRequest()
        death.strike(point, customer)
        customer.push(upgraded)
        struck = death.end()
        between = {document["_id"]: document for _, document in customer.tagged()}
        customer.order(first, Order.Kind.UNDO)
        customer.push_unordered()

        after = {document["_id"]: document for _, document in customer.tagged()}
        rows = customer.installation.changes.filter(operation__gt=begun)
        audited = {
            (change.external_id, change.action)
            for change in rows.filter(action__in=("create", "delete"))
        }
        made = {
            (there[key]["externalId"], action)
            for old, new in ((before, between), (between, after))
            for there, gone, action in ((new, old, "create"), (old, new, "delete"))
            for key in there.keys() - gone.keys()
        }
        assert audited == made, f"point {point}"
        assert not rows.filter(is_certain=False).exists()
        if not struck:
            assert point > 10
            return
    raise AssertionError("it never came to its end")


def test_an_operation_that_was_cut_off_gets_an_end(customer, upgraded):
    death = DeathAfterRequest()
    death.strike(5, customer)
    cut_off = customer.push(upgraded)
    assert cut_off.finished_at is None
    death.end()

    customer.push_unordered()

    cut_off.refresh_from_db()
    assert (cut_off.outcome, cut_off.code) == ("failed", "interrupted")
    assert cut_off.finished_at


def test_who_is_locked_and_forgotten_is_pushed_and_gets_the_lock_back(customer, upgraded):
    customer.installation.note(update_in_progress=True)
    Operation.objects.update(started_at=now() - PATIENCE * 2)

    assert push_stragglers() == 1
    assert customer.platform.control("/drain", {"timeout_seconds": 30})["drained"]

    assert customer.last_operation.outcome == Operation.Outcome.IGNORED
    assert not Installation.objects.get().update_in_progress
    assert customer.integration["updateInProgress"] is False


def test_one_that_the_platform_has_no_more_keeps_no_other_locked(customer, upgraded):
    customer.installation.note(update_in_progress=True)
    Installation.objects.create(
        connector=upgraded.connector,
        integration_id="f" * 24,
        mode="settings",
        update_in_progress=True,
    )
    Operation.objects.update(started_at=now() - PATIENCE * 2)

    assert push_stragglers() == 1
    assert customer.platform.control("/drain", {"timeout_seconds": 30})["drained"]

    assert not customer.installation.update_in_progress


def test_settings_that_were_pushed_for_and_never_heard_of_are_pushed_for_again(customer, upgraded):
    customer.order(None, Order.Kind.SETTINGS)
    Operation.objects.update(started_at=now() - PATIENCE * 2)
    assert not stragglers(now()).exists()
    Order.objects.open().update(placed_at=now() - PATIENCE * 2)

    assert push_stragglers() == 1
    assert customer.platform.control("/drain", {"timeout_seconds": 30})["drained"]

    assert customer.last_operation.outcome == Operation.Outcome.CURRENT
    assert customer.integration["version"] == "1.0.0"
    assert not Order.objects.open().exists()


def test_who_was_worked_for_a_moment_ago_is_left_alone(customer, upgraded):
    customer.installation.note(update_in_progress=True)

    assert not stragglers(now()).exists()
