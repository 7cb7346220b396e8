"""What ``dev`` says: lines for people, or one JSON object per line for programs."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

Write = Callable[[str, str], None]
"""Writes a text in a style; raises OSError when the terminal is gone."""


@dataclass(frozen=True)
class Reporter:
    """Says what happens: *write* for people, *write_json* for programs, if it is there."""

    write: Write
    write_json: Callable[[dict[str, Any]], None] | None = None

    def say(self, event: str, text: str, *, style: str = "", **fields: Any) -> None:
        """Say that *event* happened: *text*, or the *fields* of a JSON object."""
        with suppress(OSError):  # a terminal that is gone keeps nothing from ending cleanly
            if self.write_json:
                self.write_json({"event": event, "message": text, **fields})
            else:
                self.write(text, style)


class Keyboard:
    """The keys that are pressed at the terminal, if there is one."""

    def __init__(self) -> None:
        self.is_there = sys.stdin.isatty() and sys.stdout.isatty()
        self._descriptor = sys.stdin.fileno() if self.is_there else -1

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take each key by itself, without Enter and unseen; Ctrl-C stays what it is."""
        if not self.is_there:
            yield
            return
        before = termios.tcgetattr(self._descriptor)
        try:
            tty.setcbreak(self._descriptor)
            yield
        finally:
            with suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, before)

    @contextmanager
    def typing(self) -> Iterator[int]:
        """Let lines be typed and seen, as at any prompt; yields where to read them."""
        held = termios.tcgetattr(self._descriptor)
        lines = termios.tcgetattr(self._descriptor)
        lines[3] |= termios.ICANON | termios.ECHO
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, lines)
        try:
            yield self._descriptor
        finally:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, held)

    def wait(self, seconds: float, *others: Any) -> tuple[str, list[Any]]:
        """Return the key that is pressed within *seconds*, and those of *others* to be read."""
        watched = [*others, *([self._descriptor] if self.is_there else [])]
        readable, _, _ = select.select(watched, [], [], seconds)
        key = ""
        if self._descriptor in readable:
            key = os.read(self._descriptor, 1).decode(errors="replace")
            if not key:  # the terminal has closed
                self.is_there = False
        return key, [item for item in others if item in readable]
