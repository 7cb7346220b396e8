"""A connector with components of every type, installed from the marketplace and removed again."""

import sys
from types import ModuleType

import pytest

from connector_kit import Connector
from tests.embedded.every_type import ROWS
from tests.lifecycle.fixtures import problems_of
from tests.lifecycle.frameworks import IN_BOTH, ONE


@pytest.fixture
def target(shop):
    """Where the connector is loaded from."""
    framework = 1 if shop.framework is ONE else 2
    module = ModuleType(f"{__name__}_{framework}")
    body = {"name": "Everything", "version": "1.0.0", "__module__": module.__name__}
    for row in ROWS:
        body |= {**row.beside, f"the_{row}": row.first}
    module.Everything = type(Connector)("Everything", (Connector,), body | {"framework": framework})
    sys.modules[module.__name__] = module
    return f"{module.__name__}:Everything"


@IN_BOTH
def test_every_type_is_installed_with_a_one_time_token_and_removed(shop, target):
    release = shop.publish(target)
    customer = shop.customer().install(shop.connector)

    assert problems_of(customer, release) == []

    customer.uninstall()
    assert customer.tagged() == []
