from tests.embedded.fixtures import (
    acme,
    address,
    embedding,
    logs,
    release,
    stack_address,
)
from tests.lifecycle.fixtures import no_waiting, server
from tests.publisher.fixtures import platform

__all__ = [
    "acme",
    "address",
    "embedding",
    "logs",
    "no_waiting",
    "platform",
    "release",
    "server",
    "stack_address",
]
