"""A replayed or reordered stream gives the same licenses as the orderly one, on the platform."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connector_kit.licensing import Event, Kind
from connector_kit.models import Subscription
from connector_kit.publisher.licenses import process, receive
from tests.api.provisioning.shop import BEGIN

pytestmark = pytest.mark.django_db

days = st.integers(0, 300)
changes = st.one_of(
    st.tuples(st.just("subscribed"), days, st.fixed_dictionaries({
        "paid_through": st.sampled_from(["2027-06-30", "2027-12-31", "2028-06-30"]),
        "edition": st.sampled_from(["starter", "premium"]),
    })),
    st.tuples(st.just("changed"), days, st.fixed_dictionaries({}, optional={
        "add_ons": st.sampled_from([[], ["payouts"], ["payouts", "refunds"]]),
        "stores": st.integers(0, 2),
        "paid_through": st.sampled_from(["2027-03-31", "2028-01-31"]),
    })),
    st.tuples(st.just("payment_failed"), days, st.just({})),
    st.tuples(st.just("cancelled"), days, st.fixed_dictionaries({}, optional={
        "at_once": st.booleans()
    })),
)  # fmt: skip


class Streams:
    """Subscriptions of one customer, each fed with a stream of its own."""

    def __init__(self, desk):
        self.desk = desk
        self.count = 0

    def licensed(self, told):
        """Feed the events one by one; return the license that the platform has in the end."""
        self.count += 1
        key = f"sub_{self.count}"
        for number, (kind, day, data) in told:
            moment = BEGIN + timedelta(days=day)
            event = Event(f"{key}_{number}", moment, key, Kind(kind), data)
            receipt = receive(event, source="test", clock=self.desk.clock)
            process(receipt.event.subscription_id, clock=self.desk.clock)
        row = Subscription.objects.get(key=key).license
        live = self.desk.live(row)
        return {name: live[name] for name in live if name not in ("_id", "created")}


@pytest.fixture
def streams(desk, settings):
    policies = '{"premium": {"grace_days": 30}, "starter": {"grace_days": 3}}'
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "license_policies": policies}
    return Streams(desk)


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(changes, min_size=1, max_size=4), st.randoms(use_true_random=False))
@example([("changed", 1, {"stores": 1}), ("changed", 0, {"add_ons": ["payouts"]})], Random(1))
def test_the_platform_has_the_same_license_whatever_the_order(streams, told, random):
    signed_up = ("signed_up", 0, {"email": streams.desk.email, "trial_days": 14})
    stream = [*enumerate([signed_up, *told])]
    orderly = sorted(stream, key=lambda item: (item[1][0] != "signed_up", item[1][1]))
    arrived = [*stream, *random.choices(stream, k=3)]
    random.shuffle(arrived)

    assert streams.licensed(arrived) == streams.licensed(orderly)
