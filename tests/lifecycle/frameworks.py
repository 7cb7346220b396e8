"""The same story in both frameworks: the connector of each, and what its customers are like.

A test marked with `IN_BOTH` runs once in each. `in_one_framework` lists all others with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.lifecycle.customers import Customer, FlatCustomer

FIRST, SECOND = "tests.lifecycle.v1_0:ShopToChat", "tests.lifecycle.v1_1:ShopToChat"


@dataclass(frozen=True)
class Framework:
    """Where the connector's first two versions are, and what its customers are like."""

    name: str
    first: str
    second: str
    sold: str
    """With editions and an add-on."""
    sold_next: str
    chat: tuple[str, str, str]
    """Three versions with settings."""
    customer: type[Customer]

    def __str__(self) -> str:
        return self.name


ONE = Framework(
    "1.0",
    FIRST,
    SECOND,
    "tests.lifecycle.sold:Sold",
    "tests.lifecycle.sold_next:Sold",
    (
        "tests.lifecycle.settings_1_0:Chat",
        "tests.lifecycle.settings_1_1:Chat",
        "tests.lifecycle.settings_1_2:Chat",
    ),
    Customer,
)
TWO = Framework(
    "2.0",
    "tests.lifecycle.flat_1_0:ShopToChat",
    "tests.lifecycle.flat_1_1:ShopToChat",
    "tests.lifecycle.flat_sold:Sold",
    "tests.lifecycle.flat_sold_next:Sold",
    (
        "tests.lifecycle.flat_settings_1_0:Chat",
        "tests.lifecycle.flat_settings_1_1:Chat",
        "tests.lifecycle.flat_settings_1_2:Chat",
    ),
    FlatCustomer,
)

STRICT_TOO = pytest.mark.parametrize(
    "strict_fields",
    [False, pytest.param(True, marks=pytest.mark.chaos)],
    ids=["all fields", "published fields"],
)
"""Runs a test in the slow suite also where exports and scripts keep no external id."""

IN_BOTH = pytest.mark.parametrize("shop", [ONE, TWO], ids=str, indirect=True)

IN_BOTH_AT_LENGTH = pytest.mark.parametrize(
    "shop", [ONE, pytest.param(TWO, marks=pytest.mark.chaos)], ids=str, indirect=True
)
"""In framework 2.0 only in the slow suite: what happens there does not depend on who called."""
