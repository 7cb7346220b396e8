from tests.api.fixtures import api, as_role, client_of
from tests.publisher.fixtures import orders, platform, stack_address
from tests.rollouts.fixtures import base, clock, connector, marketplace, release

__all__ = [
    "api",
    "as_role",
    "base",
    "client_of",
    "clock",
    "connector",
    "marketplace",
    "orders",
    "platform",
    "release",
    "stack_address",
]
