"""What was written without being recorded is recognized by what the account holds."""

from connector_kit.blueprint import CompiledComponent
from connector_kit.lifecycle.planning import as_left_behind, undoubted
from connector_kit.plan import Fence, Live, compare

FENCE = Fence(connector_id="c" * 24, integration_id="1" * 24)


def export(name, **fields):
    return CompiledComponent(name, "exports", {"name": name, **fields})


def live(component, **edits):
    return Live(
        id=component.external_id,
        external_id=component.external_id,
        resource=component.resource,
        document={**component.document, **edits},
        connector_id=FENCE.connector_id,
        integration_id=FENCE.integration_id,
    )


OLD, NEW, NEWEST = (export("orders", pageSize=size) for size in (10, 20, 30))


def left(applied, interrupted, held):
    known = {item.external_id: item for item in applied}
    return as_left_behind(known, interrupted, held, fence=FENCE)


def test_a_write_that_happened_counts_as_applied():
    assert left([OLD], [[NEW]], [live(NEW)]) == {"orders": NEW}


def test_a_write_that_did_not_happen_does_not():
    assert left([OLD], [[NEW]], [live(OLD)]) == {"orders": OLD}


def test_a_customers_edit_is_told_from_a_write():
    assert left([OLD], [[NEW]], [live(OLD, pageSize=7)]) == {"orders": OLD}
    assert left([OLD], [[NEW]], [live(NEW, description="ours")]) == {"orders": NEW}


def test_several_interrupted_operations_are_followed_in_their_order():
    assert left([OLD], [[NEW], [NEWEST]], [live(NEWEST)]) == {"orders": NEWEST}
    assert left([OLD], [[NEW], [NEWEST]], [live(NEW)]) == {"orders": NEW}


def test_what_was_made_counts_as_applied_and_is_removed_on_the_way_back():
    added = export("added")
    held = [live(OLD), live(added)]

    known = left([OLD], [[OLD, added]], held)

    assert known == {"orders": OLD, "added": added}
    [_, removal] = compare([OLD], known, held, fence=FENCE).steps
    assert (removal.action, removal.external_id) == ("delete", "added")


def test_what_was_removed_is_no_deletion_by_the_customer():
    retired = export("retired")

    known = left([OLD, retired], [[OLD]], [live(OLD)])

    assert known == {"orders": OLD}
    plan = compare([OLD, retired], known, [live(OLD)], fence=FENCE)
    assert [step.action for step in plan.steps] == ["unchanged", "create"]


def test_a_deletion_by_the_customer_stays_one():
    known = left([OLD], [[NEW]], [])

    assert known == {"orders": OLD}
    assert compare([NEW], known, [], fence=FENCE).is_blocked


def test_other_peoples_documents_tell_nothing():
    foreign = Live("orders", "orders", "exports", NEW.document, None, None)

    assert left([OLD], [[NEW]], [foreign]) == {"orders": OLD}


def test_only_what_no_interrupted_operation_was_to_change_is_beyond_doubt():
    other = export("other")

    assert undoubted({"orders": OLD, "other": other}, [[NEW, other]]) == {"other": other}
