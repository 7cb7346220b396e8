from tests.publisher.fixtures import orders, platform, stack_address
from tests.publisher.licenses.fixtures import desk

__all__ = ["desk", "orders", "platform", "stack_address"]
