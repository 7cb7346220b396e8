"""The order of a merged list: whose order counts, and where the other's items go."""

from collections.abc import Hashable, Iterable, Sequence, Set
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def reordered(one: Iterable[Name], other: Iterable[Name]) -> bool:
    """Tell whether the items that two lists share stand in different orders."""
    mine, theirs = list(one), list(other)
    shared = set(mine).intersection(theirs)
    return [name for name in mine if name in shared] != [name for name in theirs if name in shared]


def arranged(base: Sequence[Name], other: Sequence[Name], wanted: Set[Name]) -> list[Name]:
    """Return the *wanted* items in the order of *base*, each of *other*'s after its predecessor.

    The predecessor is the nearest wanted item before it in *other*; without one it comes first.
    """
    ordered: list[Name] = []
    follower = _followers(other, wanted, placed=wanted & set(base))
    for name in (None, *(name for name in base if name in wanted)):
        if name is not None:
            ordered.append(name)
        current = follower.get(name)
        while current is not None:
            ordered.append(current)
            current = follower.get(current)
    return ordered


def _followers(
    names: Iterable[Name], wanted: Set[Name], *, placed: Set[Name]
) -> dict[Name | None, Name]:
    """Return, for the name before it or None, each of *names* that is not *placed* yet."""
    followers: dict[Name | None, Name] = {}
    predecessor: Name | None = None
    for name in names:
        if name not in wanted:
            continue
        if name not in placed:
            followers[predecessor] = name
        predecessor = name
    return followers
