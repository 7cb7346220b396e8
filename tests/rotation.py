"""What the slow suite tries in turn: a part of it each day, all of it within days.

``ROTATION`` is the number of the day; the same number tries the same again. Without it everything
is tried that is tried in turn.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

Choice = TypeVar("Choice")

ROTATION = int(os.environ["ROTATION"]) if "ROTATION" in os.environ else None


def one_a_day(choices: Sequence[Choice]) -> Sequence[Choice]:
    """Return the one of *choices* whose day it is; all of them without a rotation."""
    return choices if ROTATION is None else [choices[ROTATION % len(choices)]]
