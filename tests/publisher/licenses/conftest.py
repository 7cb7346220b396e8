from tests.publisher.licenses.fixtures import desk

__all__ = ["desk"]
