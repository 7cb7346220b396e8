"""What a customer did in the middle of an update that ends without its last write."""

import time

import pytest

from connector_kit.integrator.transport.timing import SystemClock
from connector_kit.lifecycle.journal import DatabaseJournal
from tests.lifecycle.frameworks import IN_BOTH

pytestmark = IN_BOTH


@pytest.fixture
def after_first_write(monkeypatch):
    """Do something after an operation's first write, and let seconds pass with it."""
    passed = []

    def arrange(act):
        record = DatabaseJournal.record

        def record_and_act(journal, step, resource_id):
            record(journal, step, resource_id)
            if step.action != "unchanged" and not passed:
                passed.append(3.0)
                act()

        monkeypatch.setattr(DatabaseJournal, "record", record_and_act)
        monkeypatch.setattr(SystemClock, "now", lambda _: time.monotonic() + sum(passed))

    return arrange


def test_a_new_name_of_the_integration_is_kept_when_the_update_is_blocked_half_way(
    customer, upgraded, after_first_write
):
    def rename_and_delete():
        customer.do("PUT", customer.home, {**customer.integration, "name": "Our shop"})
        customer.delete("orders_to_chat")

    after_first_write(rename_and_delete)

    assert customer.push().code == "component_deleted"

    assert customer.integration["name"] == "Our shop"
