from tests.lifecycle.fixtures import (
    customer,
    doorway,
    no_waiting,
    server,
    shop,
    stack_address,
    upgraded,
)
from tests.lifecycle.source_fixtures import two
from tests.publisher.fixtures import platform

__all__ = [
    "customer",
    "doorway",
    "no_waiting",
    "platform",
    "server",
    "shop",
    "stack_address",
    "two",
    "upgraded",
]
