import io

import pytest

from tests.publisher.fixtures import orders, platform, stack_address

__all__ = ["orders", "platform", "stack_address"]


class Terminal(io.StringIO):
    """A terminal: what is typed on one side, what is shown on the other."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def at_a_terminal(monkeypatch):
    """Sits somebody at a terminal who types the text; returns what they are shown."""

    def at_a_terminal(typed: str) -> Terminal:
        shown = Terminal()
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        monkeypatch.setattr("sys.stdout", shown)
        monkeypatch.setattr("sys.stderr", shown)
        return shown

    return at_a_terminal
