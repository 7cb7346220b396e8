"""Patterns that values of forms have to match, in time whatever the pattern.

Those of other people's pages are matched as well. The platform's own pages match in the customer's
browser, which bounds nothing: `is_endless` judges patterns beforehand.
"""

from __future__ import annotations

import regex

SECONDS = 0.2
"""How long a match may take; others are served meanwhile."""


def is_matched(pattern: str, text: str) -> bool | None:
    """Tell whether *pattern* matches somewhere in *text*; None when it cannot be read.

    Raises TimeoutError when that is not known after `SECONDS`.
    """
    try:
        compiled = regex.compile(pattern)
    except regex.error:
        return None
    return compiled.search(text, timeout=SECONDS, concurrent=True) is not None
