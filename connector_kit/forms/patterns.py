"""Patterns that form values must match, within a time limit for any pattern.

This includes patterns of pages that the kit did not write. The platform's own pages match in the
customer's browser, without a limit: `is_endless` checks patterns beforehand.
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
