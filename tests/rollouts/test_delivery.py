from datetime import UTC, datetime, timedelta

import pytest

from connector_kit.integrator.errors import (
    Forbidden,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
)
from connector_kit.models import Push
from connector_kit.rollouts.decide import InFlight
from connector_kit.rollouts.delivery import Delivery, Refusal, after_delivery, deliver
from connector_kit.rollouts.steps import Halt, Hold, Sent, Unclaim, Undo
from tests.rollouts.fixtures import CONNECTOR_ID

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
TEN = [f"{number:024x}" for number in range(10)]


@pytest.fixture
def market(marketplace):
    marketplace.versions = dict.fromkeys(TEN, "1.0.0")
    return marketplace


def test_many_installations_take_one_request(market):
    assert deliver(market, CONNECTOR_ID, TEN) == Delivery(sent=TEN)
    assert market.requests == 1


def test_one_refused_installation_does_not_keep_the_others_from_their_update(market):
    market.refusals[TEN[4]] = Refused("expired", status=422, code="license_expired")

    delivery = deliver(market, CONNECTOR_ID, TEN)

    assert delivery.refused == {TEN[4]: Refusal("license_expired", "expired")}
    assert sorted(delivery.sent) == [name for name in TEN if name != TEN[4]]
    assert market.requests < len(TEN)


def test_an_installation_that_the_platform_lost_is_named(market):
    del market.versions[TEN[0]]

    assert deliver(market, CONNECTOR_ID, TEN[:2]).refused[TEN[0]].code == "installation_vanished"


@pytest.mark.parametrize(
    "trouble", [Unavailable("down"), RateLimited("slow"), OutcomeUnknown("no answer")]
)
def test_trouble_of_the_platform_leaves_the_batch_undelivered(market, trouble):
    market.troubles = [trouble]

    delivery = deliver(market, CONNECTOR_ID, TEN)

    assert (delivery.undelivered, delivery.needs_action) == (TEN, False)
    assert market.requests == 1


def test_the_platform_says_how_long_it_wants_to_be_left_alone(market):
    limit = RateLimited("slow")
    limit.retry_after = 30.0
    market.troubles = [limit]

    assert deliver(market, CONNECTOR_ID, TEN).pause == timedelta(seconds=30)


def test_trouble_in_the_middle_keeps_what_was_sent_before_it(market):
    market.refusals[TEN[3]] = Refused("expired", status=422, code="license_expired")
    market.troubles = [*[None] * 6, Unavailable("down")]

    delivery = deliver(market, CONNECTOR_ID, TEN[:5])

    told = [*delivery.sent, *delivery.refused, *delivery.undelivered]
    assert sorted(told) == TEN[:5]
    assert TEN[4] in delivery.undelivered


def test_a_refused_token_needs_somebody_to_act(market):
    market.troubles = [Unauthorized("the token is refused", status=401)]

    delivery = deliver(market, CONNECTOR_ID, TEN)

    assert (delivery.undelivered, delivery.needs_action) == (TEN, True)


def test_a_missing_connector_is_not_mistaken_for_missing_installations(market):
    market.connector_is_gone = True

    delivery = deliver(market, CONNECTOR_ID, TEN[:1])

    assert delivery.needs_action
    assert delivery.refused == {}
    assert "CONNECTOR_KIT_TOKEN" in delivery.trouble


def test_a_forbidden_installation_is_refused_alone(market):
    market.refusals[TEN[1]] = Forbidden("not yours", status=403, code="forbidden")

    assert list(deliver(market, CONNECTOR_ID, TEN[:3]).refused) == [TEN[1]]


def in_flight(number, attempts=1):
    return InFlight(number, Push.State.CLAIMED, attempts, NOW)


def test_every_claimed_push_gets_its_next_step():
    delivery = Delivery(
        sent=["a"],
        refused={"b": Refusal("license_expired", "expired")},
        undelivered=["c"],
        trouble="down",
    )
    pushes = {"a": in_flight(1), "b": in_flight(2), "c": in_flight(3)}

    sent, skipped, held = after_delivery(delivery, pushes, 3, NOW)

    assert sent == Sent(1)
    assert (skipped.push, skipped.state, skipped.code) == (2, "skipped", "license_expired")
    assert held == Hold(3, NOW + timedelta(seconds=5), "down")


def test_what_happened_to_others_in_the_meantime_is_left_alone():
    delivery = Delivery(sent=["a"], undelivered=["c"], trouble="down")

    assert list(after_delivery(delivery, {}, 3, NOW)) == []


def test_what_an_aborted_rollout_would_push_again_is_undone():
    delivery = Delivery(refused={"b": Refusal("odd", "odd")}, undelivered=["c"], trouble="refused")
    pushes = {"b": in_flight(2), "c": in_flight(3)}

    steps = [*after_delivery(delivery, pushes, 3, NOW, "aborted")]

    assert [(type(step), step.push) for step in steps] == [(Undo, 2), (Hold, 3)]


def test_a_refused_token_halts_and_what_was_claimed_is_not_sent():
    delivery = Delivery(undelivered=["a"], trouble="refused", needs_action=True)

    steps = [*after_delivery(delivery, {"a": in_flight(1)}, 3, NOW)]

    assert steps == [Unclaim(1, NOW + timedelta(seconds=5)), Halt("refused")]
