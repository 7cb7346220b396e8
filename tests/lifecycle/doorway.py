"""Where calls of the platform enter the stack."""

from collections.abc import Callable
from typing import Any


class Doorway:
    """Remembers the calls that came, and does what a test wants done before the next ones."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.before: Callable[[dict[str, Any]], object] = lambda _: None

    def pass_through(self, call: dict[str, Any]) -> None:
        """Take note of *call*, the body of ``POST /function``."""
        self.calls.append(call)
        self.before(call)

    @property
    def tokens(self) -> list[str]:
        """The one-time tokens of all calls that brought one."""
        options = [call["options"] for call in self.calls]
        return [option["bearerToken"] for option in options if "bearerToken" in option]


DOORWAY = Doorway()
