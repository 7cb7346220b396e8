"""Random histories of one installation: saves, edits, updates, rollbacks, and losses, in any order.

A small model says what must be there after each act. What it knows of settings: the value that was
saved last counts wherever it is valid, and one that a version refuses or lacks is back with the
version that has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from connector_kit.installation_settings import save_settings
from connector_kit.models import Release
from connector_kit.publisher.actions import Actor
from tests.lifecycle.doorway import Doorway
from tests.lifecycle.fixtures import Customer, Shop, problems_of
from tests.lifecycle.frameworks import IN_BOTH, ONE
from tests.publisher.fixtures import Platform

Act = tuple[str, Any]

NAMES = (
    {"channel": "channel", "loud": "loud", "lag": "lag", "secret": "secret_channel"},
    {"channel": "room", "loud": "loud", "lag": "lag"},
    {"channel": "room", "loud": "loud", "lag": "lag", "secret": "secret"},
)
"""What each version calls its settings."""

DEFAULTS = (
    {"channel": "#orders", "loud": False, "lag": None, "secret": "x"},
    {"channel": "#orders", "loud": False, "lag": None},
    {"channel": "#orders", "loud": False, "lag": None, "secret": None},
)
LARGEST_LAG = (60, 5, 5)

SAVED = st.fixed_dictionaries(
    {},
    optional={
        "channel": st.sampled_from(["#orders", "#sales", "#ops"]),
        "loud": st.booleans(),
        "lag": st.sampled_from([0, 3, 9, 60]),
        "secret": st.sampled_from(["x", "#s"]),
    },
).filter(bool)
EDITED = st.sampled_from(
    [
        ("new_orders", {"pageSize": 7}),
        ("new_orders", {"pageSize": 8}),
        ("orders_to_chat", {"schedule": "? 0 8 ? * *"}),
        ("refunds_to_chat", {"schedule": "? 5 9 ? * *"}),
    ]
)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), SAVED),
        st.tuples(st.just("staff save"), SAVED),
        st.tuples(st.just("edit"), EDITED),
        st.tuples(st.just("bring"), st.integers(0, 2)),
        st.tuples(st.just("lose records"), st.none()),
    ),
    min_size=3,
    max_size=8,
)


@dataclass
class Model:
    """What one installation must hold."""

    version: int = 0
    saved: dict[str, Any] = field(default_factory=dict)
    edits: dict[str, dict[str, Any]] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        return {
            name: self.saved[logical] if self.is_valid(logical) else self.defaults[logical]
            for logical, name in NAMES[self.version].items()
        }

    @property
    def defaults(self) -> dict[str, Any]:
        return DEFAULTS[self.version]

    def save(self, values: dict[str, Any]) -> None:
        """Save as a page does.

        A value that is the version's default is none of the customer's. The first version shows
        the secret only with "loud", and what is hidden is not saved.
        """
        is_loud = values.get("loud", self.shown()["loud"])
        hidden = {"secret"} if self.version == 0 and not is_loud else frozenset()
        for logical, value in values.items():
            if logical in hidden:
                continue
            self.saved.pop(logical, None)
            if value != self.defaults[logical]:
                self.saved[logical] = value

    def is_valid(self, logical: str) -> bool:
        value = self.saved.get(logical)
        return logical in self.saved and (logical != "lag" or value <= LARGEST_LAG[self.version])

    def may_save(self, values: dict[str, Any]) -> bool:
        return values.get("lag", 0) <= LARGEST_LAG[self.version]

    def forget_what_is_not_there(self) -> None:
        self.saved = {
            logical: value
            for logical, value in self.saved.items()
            if logical in NAMES[self.version] and self.is_valid(logical)
        }


@pytest.fixture
def shop(request: Any, platform: Platform, stack_address: str, doorway: Doorway) -> Shop:
    shop = Shop(platform, stack_address, getattr(request, "param", ONE))
    for version in shop.framework.chat:
        shop.publish(version)
    return shop


@IN_BOTH
def test_any_history_of_an_installation_ends_as_it_must(shop: Shop) -> None:
    follow_histories(shop, examples=3)


@IN_BOTH
@pytest.mark.chaos
def test_many_histories_of_an_installation_end_as_they_must(shop: Shop) -> None:
    follow_histories(shop, examples=40)


def follow_histories(shop: Shop, *, examples: int) -> None:
    """Let customers live through histories, one after the other in the same account."""
    releases = [shop.connector.releases.get(version=f"1.{minor}.0") for minor in range(3)]
    account = shop.customer(1)
    nothing = account.untouched()

    # A history takes seconds, and most acts stand alone: to shrink one would take minutes.
    @settings(
        max_examples=examples, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(ACTS)
    def follow(acts: list[Act]) -> None:
        customer, model = shop.customer(1), Model()
        customer.install(shop.connector)
        try:
            for act in acts:
                note(f"{act} at 1.{model.version}.0")
                perform(customer, model, releases, *act)
                look(customer, model, releases)
        finally:
            customer.uninstall()
        assert customer.untouched() == nothing

    follow()


def perform(customer: Customer, model: Model, releases: list[Release], kind: str, how: Any) -> None:
    """Let one thing happen, in the account and in the model."""
    match kind:
        case "save" | "staff save":
            names = NAMES[model.version]
            values = {logical: value for logical, value in how.items() if logical in names}
            pending = {names[logical]: value for logical, value in values.items()}
            is_saved = SAVES[kind](customer, pending)
            assert is_saved == model.may_save(values)
            if is_saved:
                model.save(values)
        case "edit":
            name, fields = how
            customer.change(name, **fields)
            model.edits.setdefault(name, {}).update(fields)
        case "bring":
            assert customer.push(releases[how]).outcome in {"done", "current"}
            model.version = how
        case "lose records":
            customer.lose_records()
            assert customer.push(releases[model.version]).outcome in {"done", "current"}
            model.forget_what_is_not_there()


def save(customer: Customer, pending: dict[str, Any]) -> bool:
    return customer.save(pending).status == 200


def save_for(customer: Customer, pending: dict[str, Any]) -> bool:
    """Save for the customer, as the publisher's staff do; a push brings it."""
    result = save_settings(customer.installation, pending, by=Actor("staff@example.com"))
    assert customer.platform.control("/drain", {"timeout_seconds": 30})["drained"]
    return not result.errors


SAVES = {"save": save, "staff save": save_for}


def look(customer: Customer, model: Model, releases: list[Release]) -> None:
    """Compare the account with the model."""
    assert problems_of(customer, releases[model.version]) == []
    shown, wanted = customer.shown(), model.shown()
    assert {name: shown.get(name) for name in wanted} == wanted
    for name, fields in model.edits.items():
        assert customer.component(name).items() >= fields.items()
