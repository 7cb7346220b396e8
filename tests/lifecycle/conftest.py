from tests.lifecycle.fixtures import (
    customer,
    doorway,
    no_waiting,
    server,
    shop,
    stack_address,
    upgraded,
)
from tests.lifecycle.source_fixtures import branches, parent, stores, two
from tests.publisher.fixtures import platform

__all__ = [
    "branches",
    "customer",
    "doorway",
    "no_waiting",
    "parent",
    "platform",
    "server",
    "shop",
    "stack_address",
    "stores",
    "two",
    "upgraded",
]
