"""What was done is on record: every operation, every change, before and after."""

import pytest
from django.utils import timezone

from connector_kit.models import Change, Operation
from tests.lifecycle.fixtures import Customer


def changes(operation):
    """Action and component of every change, in order."""
    rows = operation.changes.order_by("pk")
    return [(row.action, f"{row.resource}/{row.external_id}") for row in rows]


def fields(operation, external_id):
    return operation.changes.get(external_id=external_id).fields


def test_every_call_leaves_an_operation(shop, customer, upgraded):
    customer.push()
    customer.uninstall()

    operations = customer.installation.operations.order_by("pk")
    first, second = shop.connector.releases.order_by("pk")
    assert [
        (
            operation.kind,
            operation.function,
            operation.outcome,
            operation.release,
            operation.from_version,
        )
        for operation in operations
    ] == [
        ("install", "install", "done", first, ""),
        ("install", "verify_shop", "done", first, ""),
        ("install", "verify_chat", "done", first, ""),
        ("update", "update", "done", second, "1.0.0"),
        ("uninstall", "preUninstallFunction", "done", None, "1.1.0"),
        ("uninstall", "remove_chat", "done", None, "1.1.0"),
        ("uninstall", "remove_shop", "done", None, "1.1.0"),
        ("uninstall", "uninstall", "done", None, "1.1.0"),
    ]
    assert sum(operation.requests for operation in operations) == len(customer.requests())
    assert all(
        operation.started_at <= operation.finished_at <= timezone.now() for operation in operations
    )


def test_an_installation_lists_what_it_made(shop, customer):
    by_connections, _, by_rest = customer.installation.operations.order_by("pk")

    assert changes(by_connections) == [
        ("create", "connections/shop"),
        ("create", "connections/chat"),
    ]
    assert changes(by_rest) == [
        ("create", "scripts/helpers"),
        ("create", "exports/new_orders"),
        ("create", "exports/refunds"),
        ("create", "imports/post_message"),
        ("create", "flows/orders_to_chat"),
        ("create", "flows/refunds_to_chat"),
        ("update", "integrations/@integration"),
    ]
    assert {change.resource_id for change in Change.objects.all()} == {
        customer.integration_id,
        *(document["_id"] for _, document in customer.tagged()),
    }


def test_an_update_lists_what_it_changed_with_before_and_after(customer, upgraded):
    removed = customer.component("refunds")["_id"]

    operation = customer.push()

    assert changes(operation) == [
        ("update", "connections/chat"),
        ("update", "scripts/helpers"),
        ("update", "imports/post_message"),
        ("create", "exports/find_customer"),
        ("update", "flows/orders_to_chat"),
        ("delete", "flows/refunds_to_chat"),
        ("delete", "exports/refunds"),
        ("update", "integrations/@integration"),
    ]
    assert fields(operation, "chat") == [
        {"path": "name", "before": "Chat", "after": "Team chat", "settled": None}
    ]
    [mapping] = fields(operation, "post_message")
    assert (mapping["path"], mapping["before"], mapping["after"]) == (
        "mapping.fields[generate=author]",
        None,
        {"extract": "customer", "generate": "author"},
    )
    [gone] = fields(operation, "refunds")
    assert (gone["path"], gone["before"]["name"], gone["after"]) == ("", "Refunds", None)
    assert operation.changes.get(external_id="refunds").resource_id == removed


def test_what_a_customer_keeps_is_on_record_too(customer, upgraded):
    customer.change("orders_to_chat", schedule="? 7 */3 ? * *")

    operation = customer.push()

    kept = [field for field in fields(operation, "orders_to_chat") if field["path"] == "schedule"]
    assert kept == [
        {
            "path": "schedule",
            "before": "? 7 */3 ? * *",
            "after": "? 30 * ? * *",
            "settled": "customer",
        }
    ]


def test_a_failure_is_on_record_with_what_was_done_until_then(shop, customer, upgraded):
    chosen = {"tokens": ["one_time"], "methods": ["DELETE"]}
    shop.platform.control("/faults", {"rate": 1, "kinds": ["500"], **chosen})

    failed = customer.push()

    assert (failed.outcome, failed.code) == (Operation.Outcome.FAILED, "outcome_unknown")
    assert "DELETE /v1/flows/" in failed.message
    assert len(changes(failed)) == 6
    uncertain = failed.changes.get(is_certain=False)
    assert (uncertain.action, uncertain.external_id) == ("delete", "refunds_to_chat")
    shop.platform.control("/faults", {})
    rest = customer.push()
    assert changes(rest) == [
        ("delete", "flows/refunds_to_chat"),
        ("delete", "exports/refunds"),
        ("update", "integrations/@integration"),
    ]
    assert not customer.installation.changes.filter(is_certain=False).exists()


def test_what_was_made_and_not_recorded_is_listed_as_adopted(shop):
    newcomer = Customer(shop.platform, 0)
    for step in newcomer.begin(shop.connector):
        newcomer.log_in(step)
    newcomer.press("verify_shop")
    chosen = {"tokens": ["one_time"], "paths": "/exports$", "skip": 1}
    shop.platform.control("/faults", {"rate": 1, "kinds": ["lost_answer"], **chosen})
    assert newcomer.press("verify_chat").status == 422
    assert newcomer.component("new_orders")
    shop.platform.control("/faults", {})

    newcomer.press("verify_chat")

    assert ("adopt", "exports/new_orders") in changes(newcomer.last_operation)


def test_a_refused_plan_changes_nothing_and_says_so(customer, upgraded):
    customer.delete("orders_to_chat")

    operation = customer.push()

    assert operation.outcome == Operation.Outcome.FAILED
    assert operation.summary["conflict"] == 1
    assert not operation.changes.exists()


@pytest.mark.parametrize("outcome", ["done", "failed", "checkpoint"])
def test_the_end_of_an_operation_is_announced_when_its_installation_is_free(
    customer, upgraded, settings, outcome
):
    from connector_kit.lifecycle import operation_finished

    heard = []

    def listen(operation, **_):
        row = customer.installation
        heard.append((operation.pk, operation.outcome, row.lease_owner))

    if outcome == "failed":
        customer.delete("orders_to_chat")
    if outcome == "checkpoint":
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "function_seconds": 0.0}
    operation_finished.connect(listen, weak=False)

    try:
        operation = customer.push()
    finally:
        operation_finished.disconnect(listen)

    assert heard == [(operation.pk, outcome, "")]
