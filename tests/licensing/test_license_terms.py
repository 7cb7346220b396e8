"""Where a license stands, when it is switched off, and what its customer is told."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.licensing import (
    LicensePolicy,
    Standing,
    Terms,
    day_of,
    latest,
    milestones,
    next_change,
    stamp,
    standing,
)
from tests.licensing.strategies import moments, policies, terms

POLICY = LicensePolicy(grace_days=14, reminder_days=(30, 7, 1))
PAID = Terms(ends=date(2027, 1, 31), time_zone="Europe/Berlin", grace_days=14)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_date_that_switches_off_has_the_grace_in_it():
    assert stamp(PAID.switched_off_at) == "2027-02-14T22:59:59.999Z"


@pytest.mark.parametrize(
    ("moment", "where", "told"),
    [
        ("2026-12-31T12:00", Standing.ACTIVE, None),
        ("2027-01-01T07:59", Standing.ACTIVE, None),
        ("2027-01-01T08:00", Standing.EXPIRING, "expires-in-30"),
        ("2027-01-30T08:00", Standing.EXPIRING, "expires-in-1"),
        ("2027-01-31T22:59", Standing.EXPIRING, "expires-in-1"),
        ("2027-01-31T23:00", Standing.GRACE, "grace"),
        ("2027-02-14T22:59", Standing.GRACE, "grace"),
        ("2027-02-14T23:00", Standing.EXPIRED, "expired"),
    ],
)
def test_a_license_takes_its_course(moment, where, told):
    passed = latest(PAID, POLICY, at(moment))

    assert standing(PAID, POLICY, at(moment)) is where
    assert (passed.notice if passed else None) == told


def test_a_trial_is_a_trial_until_its_end_comes_near():
    trial = Terms(ends=date(2027, 1, 31), is_trial=True)

    assert standing(trial, POLICY, at("2027-01-20T00:00")) is Standing.TRIAL
    assert standing(trial, POLICY, at("2027-01-28T09:00")) is Standing.EXPIRING
    assert standing(trial, POLICY, at("2027-02-01T00:00")) is Standing.EXPIRED


def test_what_the_publisher_switches_off_is_off_at_once():
    off = Terms(ends=date(2027, 1, 31), grace_days=14, off_at=at("2026-06-01T10:00"))

    assert standing(off, POLICY, at("2026-06-01T10:00")) is Standing.EXPIRED
    assert [milestone.notice for milestone in milestones(off, POLICY)] == ["expired"]


@given(terms, policies, moments)
def test_nobody_is_switched_off_before_the_grace_ends(terms, policy, now):
    last = terms.ends + timedelta(days=terms.grace_days)
    if day_of(now, terms.time_zone) <= last and now <= terms.switched_off_at - timedelta(seconds=1):
        assert standing(terms, policy, now) is not Standing.EXPIRED
    # Nor before that day is over where the customer lives.
    assert day_of(terms.switched_off_at + timedelta(milliseconds=1), terms.time_zone) > last


@given(terms, policies, moments, moments)
def test_a_license_never_goes_back(terms, policy, one, other):
    order = [Standing.TRIAL, Standing.ACTIVE, Standing.EXPIRING, Standing.GRACE, Standing.EXPIRED]
    first, second = sorted((one, other))

    assert order.index(standing(terms, policy, first)) <= order.index(
        standing(terms, policy, second)
    )


@given(terms, policies, moments)
def test_nothing_changes_before_the_next_change(terms, policy, now):
    following = next_change(terms, policy, now)
    if following is None:
        assert standing(terms, policy, now) is Standing.EXPIRED
    else:
        assert latest(terms, policy, following - timedelta(microseconds=1)) == latest(
            terms, policy, now
        )
        assert latest(terms, policy, following) != latest(terms, policy, now)


@given(terms, policies)
def test_milestones_come_in_order_and_end_with_the_end(terms, policy):
    passed = milestones(terms, policy)

    assert all(one.at <= other.at for one, other in pairwise(passed))
    assert (passed[-1].at, passed[-1].standing) == (terms.switched_off_at, Standing.EXPIRED)


@given(terms, policies, st.integers(1, 90))
def test_more_grace_never_ends_anything_sooner(terms, policy, more):
    longer = Terms(terms.ends, terms.time_zone, terms.is_trial, terms.grace_days + more)

    assert longer.switched_off_at >= terms.switched_off_at
