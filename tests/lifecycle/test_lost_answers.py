"""Creates whose answer is lost: found again, never doubled, however late they appear."""

import pytest

from connector_kit.integrator import Pool
from tests.lifecycle.fixtures import Customer, problems_of
from tests.lifecycle.frameworks import STRICT_TOO

pytestmark = STRICT_TOO

LATE_LOOK = 2.0
"""Seconds that the kit waits before it looks for a second time."""


@pytest.fixture
def ready(shop):
    """A customer with nothing left to do but to press the last step."""
    customer = Customer(shop.platform, 0)
    for step in customer.begin(shop.connector):
        customer.log_in(step)
    customer.press("verify_shop")
    return customer


def lose(customer, kind, **more):
    """Let creates of exports go wrong."""
    chosen = {"paths": "/exports$", "methods": ["POST"], "tokens": ["one_time"], **more}
    customer.platform.control("/faults", {"rate": 1, "kinds": [kind], **chosen})


def test_what_was_created_is_adopted_wherever_it_stands_in_the_list(shop, ready):
    Customer(shop.platform, 0).install(shop.connector)  # its exports fill the list's first page
    sent = len(ready.requests())
    lose(ready, "lost_answer", limit=1)

    assert ready.press("verify_chat").body["success"]

    assert problems_of(ready, shop.connector.releases.get()) == []
    assert ready.requests(since=sent).count(("POST", "/exports")) == 2


def test_what_was_not_created_is_sent_again(shop, ready):
    lose(ready, "drop", limit=2)

    assert ready.press("verify_chat").body["success"]

    assert problems_of(ready, shop.connector.releases.get()) == []


def test_a_create_that_leaves_no_trace_is_given_up_with_the_reason(ready):
    lose(ready, "drop")

    code, message = ready.press("verify_chat").error

    assert code == "outcome_unknown"
    assert "POST /v1/exports" in message
    assert ready.requests().count(("POST", "/exports")) == 3
    assert ready.last_operation.code == "outcome_unknown"


def test_a_create_that_appears_late_is_adopted(shop, ready, monkeypatch):
    lost = []
    send = Pool.send

    def send_too_late(pool, request, **timeouts):
        if request.method == "POST" and request.url.endswith("/exports") and not lost:
            lost.append(request)
            lose(ready, "drop", limit=1)
        return send(pool, request, **timeouts)

    def wait(_clock, seconds):
        if lost and seconds == LATE_LOOK:
            send(Pool(), lost[0], timeout=(5, 5))

    monkeypatch.setattr(Pool, "send", send_too_late)
    monkeypatch.setattr("connector_kit.integrator.transport.timing.SystemClock.sleep", wait)

    assert ready.press("verify_chat").body["success"]

    assert problems_of(ready, shop.connector.releases.get()) == []


def test_a_create_that_appears_after_it_was_sent_again_leaves_no_double(shop, ready, monkeypatch):
    sent = []
    send = Pool.send

    def send_twice(pool, request, **timeouts):
        if request.method == "POST" and request.url.endswith("/exports"):
            sent.append(request)
            if len(sent) == 2:
                send(pool, request, **timeouts)
        return send(pool, request, **timeouts)

    monkeypatch.setattr(Pool, "send", send_twice)
    lose(ready, "drop", limit=1)

    assert ready.press("verify_chat").body["success"]

    assert problems_of(ready, shop.connector.releases.get()) == []
    assert sum(method == "DELETE" for method, _ in ready.requests()) == 1
