"""Waiting for a condition in place of sleeping, for longer than any busy machine takes."""

import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import pytest

SECONDS = 60.0

Seen = TypeVar("Seen")


def wait_for(
    look: Callable[[], Seen],
    accept: Callable[[Seen], bool] = bool,
    *,
    context: Callable[[], object] = str,
) -> Seen:
    """Return the first thing that *look* returns and *accept* takes.

    When there is none within `SECONDS`, the test fails with what was seen last, and *context*, such
    as the log of a process.
    """
    last: deque[Seen] = deque(maxlen=6)
    give_up_at = time.monotonic() + SECONDS
    while time.monotonic() < give_up_at:
        last.append(look())
        if accept(last[-1]):
            return last[-1]
        time.sleep(0.05)
    pytest.fail(f"It did not come to pass in {SECONDS:.0f} s. Seen last: {list(last)} {context()}")
