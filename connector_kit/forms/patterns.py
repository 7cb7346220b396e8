"""Patterns that values of forms have to match: matched in time, and judged by whether they end.

Those of other people's pages are matched as well, so matching is bounded whatever the pattern; the
platform's own pages match in the customer's browser, which bounds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from re import _parser  # type: ignore[attr-defined]  # CPython's own, since 3.11
from typing import Any

import regex

SECONDS = 0.2
"""How long a match may take; others are served meanwhile."""

_MANY = 12
"""Repeats from which on the ways to match a text may be more than can be tried."""

_LONGEST = 8
"""Characters of the texts that are looked at."""

_CHARACTERS = (*map(chr, range(32, 127)), "\n", "ä", "語")
"""Characters of which such texts may consist, one of them each."""

Node = tuple[Any, Any]
Ways = list[int]
"""In how many ways a part of a pattern matches 0, 1, 2, … of one character; 2 stands for more."""


def is_matched(pattern: str, text: str) -> bool | None:
    """Tell whether *pattern* matches somewhere in *text*; None when it cannot be read.

    Raises TimeoutError when that is not known after `SECONDS`.
    """
    try:
        compiled = regex.compile(pattern)
    except regex.error:
        return None
    return compiled.search(text, timeout=SECONDS, concurrent=True) is not None


def is_endless(pattern: str) -> bool:
    """Tell whether *pattern* can match one text in more ways than can be tried.

    It is so when what is repeated matches one and two of some character, as in ``(a+)+``, or the
    same in two ways, as in ``(a|a)*``: the ways then double with each character of the text.
    """
    try:
        parsed = _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return any(
        sum(_ways(repeated, character)[1:]) > 1
        for repeated in _repeated(parsed)
        for character in _CHARACTERS
    )


def _repeated(nodes: Iterable[Node]) -> Iterator[list[Node]]:
    """Yield the insides of all repeats that may go on for long."""
    for name, argument in nodes:
        inside = _inside(str(name), argument)
        if str(name) in _REPEATS and int(argument[1]) >= _MANY:
            yield inside[0]
        for part in inside:
            yield from _repeated(part)


def _inside(name: str, argument: Any) -> list[list[Node]]:
    """Return the sequences that a node is made of: alternatives, or one."""
    if name in _REPEATS:
        return [list(argument[2])]
    if name == "BRANCH":
        return [list(branch) for branch in argument[1]]
    if name in ("SUBPATTERN", "ASSERT", "ASSERT_NOT"):
        return [list(argument[-1])]
    return [list(argument)] if name == "ATOMIC_GROUP" else []


def _ways(nodes: Iterable[Node], character: str) -> Ways:
    """Return the ways in which the sequence *nodes* matches texts of one *character*."""
    ways = _NOTHING
    for name, argument in nodes:
        ways = _followed(ways, _ways_of(str(name), argument, character))
    return ways


def _ways_of(name: str, argument: Any, character: str) -> Ways:
    if name in _REPEATS:
        return _many(_ways(argument[2], character), int(argument[0]), int(argument[1]))
    if name in ("BRANCH", "SUBPATTERN", "ATOMIC_GROUP"):
        found = [_ways(part, character) for part in _inside(name, argument)]
        return [min(2, sum(each)) for each in zip(*found, strict=True)]
    if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
        return _ONE if _is_in(name, argument, character) else _NEVER
    return _NOTHING  # a place, or a condition


def _followed(first: Ways, then: Ways) -> Ways:
    return [
        min(2, sum(first[n] * then[length - n] for n in range(length + 1)))
        for length in range(_LONGEST + 1)
    ]


def _many(once: Ways, least: int, most: int) -> Ways:
    """Return the ways of *once* that is repeated; empty repeats make no more of them."""
    least, most = min(least, _LONGEST - 1), min(most, _LONGEST if most > least else _LONGEST - 1)
    solid = [0, *once[1:]]
    total, power = _NEVER, _NOTHING
    for count in range(most + 1):
        if count >= least or once[0]:
            total = [min(2, sum(pair)) for pair in zip(total, power, strict=True)]
        power = _followed(power, solid)
    return total


def _is_in(name: str, argument: Any, character: str) -> bool:
    if name == "LITERAL":
        return bool(ord(character) == argument)
    if name == "NOT_LITERAL":
        return bool(ord(character) != argument)
    if name == "ANY":
        return character != "\n"
    is_member = any(_is_member(str(kind), each, character) for kind, each in argument)
    return is_member != (str(argument[0][0]) == "NEGATE")


def _is_member(kind: str, argument: Any, character: str) -> bool:
    if kind == "LITERAL":
        return bool(ord(character) == argument)
    if kind == "RANGE":
        return bool(argument[0] <= ord(character) <= argument[1])
    return kind == "CATEGORY" and re.match(_CATEGORIES[str(argument)], character) is not None


_NEVER: Ways = [0] * (_LONGEST + 1)
_NOTHING: Ways = [1] + [0] * _LONGEST
_ONE: Ways = [0, 1] + [0] * (_LONGEST - 1)
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT"})
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
