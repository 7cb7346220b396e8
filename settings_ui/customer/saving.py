"""temporary"""

from typing import Any


def asked_for(*a: Any) -> Any:
    return None


def __getattr__(name: str) -> Any:
    raise NotImplementedError(name)
