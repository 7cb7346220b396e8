"""A shop's events come to the same license in every order, however often they come."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.licensing import (
    Entitlement,
    Event,
    Kind,
    LicensePolicy,
    LicensingError,
    fold,
    parse_event,
)
from tests.licensing.strategies import zones

BEGIN = datetime(2027, 1, 1, 12, tzinfo=UTC)
some_days = st.dates(date(2026, 1, 1), date(2028, 12, 31)).map(date.isoformat)
choices = {
    "edition": st.sampled_from(["starter", "standard", "premium"]),
    "add_ons": st.lists(st.sampled_from(["payouts", "refunds"]), unique=True),
    "stores": st.integers(0, 3),
    "time_zone": zones,
}
DATA = {
    Kind.SIGNED_UP: st.fixed_dictionaries(
        {"email": st.sampled_from(["a@example.com", "b@example.com"])},
        optional={"trial_days": st.integers(0, 60), "sandbox": st.booleans(), **choices},
    ),
    Kind.SUBSCRIBED: st.fixed_dictionaries({"paid_through": some_days}, optional=choices),
    Kind.CHANGED: st.fixed_dictionaries({}, optional={"paid_through": some_days, **choices}),
    Kind.PAYMENT_FAILED: st.fixed_dictionaries({}, optional={"paid_through": some_days}),
    Kind.CANCELLED: st.fixed_dictionaries(
        {}, optional={"paid_through": some_days, "at_once": st.booleans()}
    ),
}


@st.composite
def streams(draw):
    """Events of one subscription; several may happen at one moment, and before the sign-up."""
    kinds = draw(st.lists(st.sampled_from(Kind), max_size=12))
    return [
        Event(
            id=f"evt_{number}",
            occurred_at=BEGIN + timedelta(days=draw(st.integers(-20, 400))),
            subscription="sub_1",
            kind=kind,
            data=draw(DATA[kind]),
        )
        for number, kind in enumerate(kinds)
    ]


def event(kind, day=0, number=0, **data):
    moment = BEGIN + timedelta(days=day)
    return Event(f"evt_{kind}_{day}_{number}", moment, "sub_1", Kind(kind), data)


def policy_of(edition):
    """Every edition has its own grace."""
    return LicensePolicy(grace_days=len(edition), trial_days=2 * len(edition))


SIGNED_UP = event("signed_up", email="a@example.com", trial_days=14)


@given(streams(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_come_to_what_the_orderly_stream_comes_to(stream, random):
    orderly = sorted(stream, key=lambda item: item.occurred_at)
    arrived = [*stream, *random.choices(stream, k=5)] if stream else []
    random.shuffle(arrived)

    assert fold(arrived, policy_of=policy_of) == fold(orderly, policy_of=policy_of)


@given(streams(), st.data())
def test_it_does_not_matter_where_the_stream_was_cut_off_and_taken_up(stream, data):
    cut = data.draw(st.integers(0, len(stream)))

    assert fold([*stream[cut:], *stream[:cut], *stream[cut:]]) == fold(stream)


@given(streams())
def test_news_of_what_happened_last_has_the_last_word(stream):
    last = event("subscribed", day=500, paid_through="2028-12-31", edition="premium")

    entitled = fold([last, *stream, SIGNED_UP])

    assert entitled is not None
    assert (entitled.ends, entitled.edition) == (date(2028, 12, 31), "premium")
    assert (entitled.is_trial, entitled.off_at, entitled.past_due_since) == (False, None, None)


def test_before_the_sign_up_arrives_there_is_nothing_to_license():
    assert fold([event("subscribed", paid_through="2028-01-01")]) is None


def test_a_sign_up_is_a_trial_that_ends_with_a_day_of_the_customer():
    late = Event(
        "evt_1", datetime(2027, 1, 1, 23, 30, tzinfo=UTC), "sub_1", Kind.SIGNED_UP,
        {"email": "a@example.com", "time_zone": "Europe/Berlin", "trial_days": 14},
    )  # fmt: skip

    assert fold([late]) == Entitlement(
        email="a@example.com", ends=date(2027, 1, 16), time_zone="Europe/Berlin"
    )


def test_a_failed_payment_leaves_what_was_paid_for():
    paid = event("subscribed", 1, paid_through="2027-02-28")
    failed = event("payment_failed", 50)

    entitled = fold([SIGNED_UP, paid, failed])

    assert entitled.ends == date(2027, 2, 28)
    assert entitled.past_due_since == failed.occurred_at


def test_what_a_shop_takes_back_ends_no_earlier_than_the_day_it_says_so():
    paid = event("subscribed", 1, paid_through="2027-12-31")
    failed = event("payment_failed", 50, paid_through="2027-01-31")

    assert fold([SIGNED_UP, paid, failed]).ends == failed.occurred_at.date()


def test_a_cancellation_lets_the_paid_time_run_out_unless_it_is_at_once():
    paid = event("subscribed", 1, paid_through="2027-02-28")
    mild, hard = event("cancelled", 20), event("cancelled", 20, at_once=True)

    assert fold([SIGNED_UP, paid, mild]).off_at is None
    assert fold([SIGNED_UP, paid, hard]).off_at == hard.occurred_at


def test_the_grace_of_a_last_day_is_not_taken_back_by_another_edition():
    paid = event("subscribed", 1, paid_through="2027-02-28", edition="premium")
    lower = event("changed", 20, edition="basic")
    renewed = event("subscribed", 30, paid_through="2027-03-31")

    assert fold([lower, SIGNED_UP, paid], policy_of=policy_of).grace_days == len("premium")
    assert fold([lower, SIGNED_UP, paid, renewed], policy_of=policy_of).grace_days == len("basic")


def test_who_pays_again_is_back():
    cancelled = event("cancelled", 20, at_once=True)
    again = event("subscribed", 30, paid_through="2028-01-31")

    entitled = fold([again, cancelled, SIGNED_UP])

    assert (entitled.off_at, entitled.cancelled_at) == (None, None)


VALID = {
    "event_id": "evt_1",
    "occurred_at": "2027-01-01T10:00:00Z",
    "subscription": "sub_1",
    "kind": "signed_up",
    "data": {"email": "a@example.com"},
}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"event_id": None}, "missing_required_field", "id"),
        ({"event_id": 7}, "invalid_field", "id"),
        ({"event_id": "e" * 201}, "invalid_field", "id"),
        ({"subscription": "sub\0"}, "invalid_field", "subscription"),
        ({"occurred_at": "yesterday"}, "invalid_field", "occurred_at"),
        ({"occurred_at": "9999-12-31T23:00:00-11:00"}, "invalid_field", "occurred_at"),
        ({"subscription": ""}, "missing_required_field", "subscription"),
        ({"kind": "resurrected"}, "invalid_field", "type"),
        ({"data": []}, "invalid_field", "data"),
        ({"data": {}}, "missing_required_field", "email"),
        ({"data": {"email": "nobody"}}, "invalid_field", "email"),
        ({"data": {"email": "a@example.com", "plan": "gold"}}, "unknown_field", "plan"),
        ({"data": {"email": "a@example.com", "time_zone": "Mars"}}, "invalid_field", "time_zone"),
        ({"data": {"email": "a@example.com", "stores": True}}, "invalid_field", "stores"),
        ({"data": {"email": "a@example.com", "add_ons": "payouts"}}, "invalid_field", "add_ons"),
        ({"kind": "subscribed", "data": {"paid_through": "soon"}}, "invalid_field", "paid_through"),
        ({"kind": "cancelled", "data": {"at_once": "yes"}}, "invalid_field", "at_once"),
    ],
)
def test_what_is_wrong_with_an_event_is_named_by_field(change, code, field):
    with pytest.raises(LicensingError) as refused:
        parse_event(**{**VALID, **change})

    assert (code, field) in [(problem.code, problem.field) for problem in refused.value.problems]


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(LicensingError) as refused:
        parse_event(event_id="", occurred_at=1, subscription=None, kind="signed_up", data={"x": 1})

    fields = {problem.field for problem in refused.value.problems}
    assert fields == {"id", "occurred_at", "subscription", "email", "x"}


def test_kinds_may_be_written_as_standard_webhooks_suggests():
    assert parse_event(**{**VALID, "kind": "subscription.signed_up"}).kind is Kind.SIGNED_UP
