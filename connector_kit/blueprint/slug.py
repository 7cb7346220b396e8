"""The short name of a connector, by which commands, addresses and records know it."""

import re


def slug_of(connector: type) -> str:
    """Return the short name that *connector*'s class has.

    It makes two classes versions of one connector, wherever they are.
    """
    return slug_from(connector.__name__)


def slug_from(class_name: str) -> str:
    """Return *class_name* in lower case, words joined by hyphens."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+", "-", class_name)
    return words.strip("-").lower()
