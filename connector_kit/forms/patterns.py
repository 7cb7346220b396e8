"""Patterns that form values must match: matched within a time limit, and checked beforehand.

The platform's own pages match in the customer's browser, without a limit, so a pattern must not run
endlessly. It does if a text may lead through a repeat, and back to its beginning, in two ways, as
in ``(a+)+`` and ``(a|b|ab)*``: the number of ways then doubles each time the text recurs (Weber and
Seidl, "On the degree of ambiguity of finite automata").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from re import _parser  # type: ignore[attr-defined]  # CPython's own, since 3.11
from typing import Any

import regex

SECONDS = 0.2
"""How long a match may take; others are served meanwhile."""

_MANY = 12
"""The number of repeats from which a text may match in too many ways to try."""

_MOST = 150
"""The most places of a repeat to examine: one with more is assumed to end."""

_CHARACTERS = (*map(chr, range(32, 127)), "\n", "ä", "語")
"""Characters that places are compared by, besides those that a pattern names."""

Node = tuple[Any, Any]


def is_matched(pattern: str, text: str) -> bool | None:
    """Tell whether *pattern* matches somewhere in *text*; None when it cannot be read.

    Raises TimeoutError when that is not known after `SECONDS`. The pattern may come from a page
    that the kit did not write.
    """
    try:
        compiled = regex.compile(pattern)
    except regex.error:
        return None
    return compiled.search(text, timeout=SECONDS, concurrent=True) is not None


def is_endless(pattern: str) -> bool:
    """Tell whether *pattern* can match one text in more ways than can be tried.

    A pattern that cannot be read is assumed to end.
    """
    # Alternatives that the parser would put together are left apart, as browsers do.
    apart = _BARS.sub(lambda found: "|(?=)" if found[0] == "|" else found[0], pattern)
    try:
        for inside in _repeated(_parser.parse(apart)):
            # Does a text lead through the repeat, and back, in two ways?
            places = _Places((*_CHARACTERS, *_characters(inside)))
            try:
                part = places.sequence(inside)
            except _TooManyError:
                continue
            places.connect(part.last, part.first)
            if any(places.has_two_ways_back(start) for start in part.first):
                return True
    except (re.error, RecursionError, OverflowError):
        pass  # it cannot be read
    return False


def _repeated(nodes: Iterable[Node]) -> Iterator[Sequence[Node]]:
    """Yield the insides of all repeats that may go on for long."""
    for name, argument in nodes:
        inside = _inside(str(name), argument)
        if str(name) in _REPEATS and _is_long(argument[1]):
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


def _is_long(most: Any) -> bool:
    return int(most) >= _MANY


class _TooManyError(Exception):
    """A repeat has more places than are looked at."""


@dataclass(frozen=True)
class _Part:
    """A part of a pattern: the places at which it begins and ends, each once for every way to.

    *empty* is the number of ways in which it matches nothing; 2 means two or more.
    """

    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    empty: int = 1


class _Places:
    """The places of a pattern that match a character, and in how many ways one follows another.

    Assertions and references to groups match nothing here.
    """

    def __init__(self, characters: Iterable[str]) -> None:
        self._characters = frozenset(characters)
        self._matched: list[frozenset[str]] = []
        self._followers: list[Counter[int]] = []

    def sequence(self, nodes: Iterable[Node]) -> _Part:
        """Return the part that *nodes* are; raises `_TooManyError`."""
        whole = _Part()
        for name, argument in nodes:
            whole = self._joined(whole, self._part(str(name), argument))
        return whole

    def connect(self, places: Iterable[int], followers: Iterable[int]) -> None:
        """Have each of *places* be followed by each of *followers*, in one way more."""
        for place in places:
            self._followers[place].update(followers)

    def has_two_ways_back(self, start: int) -> bool:
        """Tell whether some text leads from *start* back to it in two ways."""
        begin, end = (start, start, False), (start, start, True)
        reached, waiting = {begin}, [begin]
        while waiting and end not in reached:
            new = set(self._next(*waiting.pop())) - reached
            reached |= new
            waiting += new
        return end in reached

    def _next(self, one: int, other: int, have_parted: bool) -> Iterator[tuple[int, int, bool]]:
        """Yield where two ways are after one more character, and whether they ever differed."""
        for left, count in self._followers[one].items():
            for right in self._followers[other]:
                if not self._matched[left].isdisjoint(self._matched[right]):
                    part = left != right or count > 1
                    yield min(left, right), max(left, right), have_parted or part

    def _part(self, name: str, argument: Any) -> _Part:
        if name in _REPEATS:
            return self._repeat(int(argument[0]), int(argument[1]), argument[2])
        if name in ("BRANCH", "SUBPATTERN", "ATOMIC_GROUP"):
            parts = [self.sequence(inside) for inside in _inside(name, argument)]
            return _Part(
                tuple(place for part in parts for place in part.first),
                tuple(place for part in parts for place in part.last),
                min(2, sum(part.empty for part in parts)),
            )
        if name not in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return _Part()
        place = len(self._matched)
        if place == _MOST:
            raise _TooManyError
        self._matched.append(
            frozenset(item for item in self._characters if _is_in(name, argument, item))
        )
        self._followers.append(Counter())
        return _Part((place,), (place,), empty=0)

    def _repeat(self, least: int, most: int, inside: Iterable[Node]) -> _Part:
        """Return a repeat as if it were written out; the last of a long one follows itself."""
        goes_on = _is_long(most) and least < most
        whole = _Part()
        copies = max(least, 1) if goes_on else most
        for number in reversed(range(copies)):
            part = self.sequence(inside)
            if not part.first:
                return _Part()
            if goes_on and number == copies - 1:
                self.connect(part.last, part.first)
            whole = self._joined(part, whole)
            if number >= least:
                whole = replace(whole, empty=1)  # an engine gives up what repeats nothing
        return whole

    def _joined(self, part: _Part, following: _Part) -> _Part:
        self.connect(part.last, following.first)
        return _Part(
            part.first + following.first * part.empty,
            following.last + part.last * following.empty,
            min(2, part.empty * following.empty),
        )


def _characters(nodes: Iterable[Node]) -> Iterator[str]:
    """Yield the characters that *nodes* name; what else there is, they take alike."""
    for name, argument in nodes:
        if str(name) in ("LITERAL", "NOT_LITERAL"):
            yield chr(argument)
        elif str(name) == "RANGE":
            yield from map(chr, argument)
        for inside in [argument] if str(name) == "IN" else _inside(str(name), argument):
            yield from _characters(inside)


def _is_in(name: str, argument: Any, character: str) -> bool:  # noqa: PLR0911  one line per node
    code = ord(character)
    match name:
        case "LITERAL":
            return bool(code == argument)
        case "NOT_LITERAL":
            return bool(code != argument)
        case "ANY":
            return character != "\n"
        case "RANGE":
            return bool(argument[0] <= code <= argument[1])
        case "CATEGORY":
            return re.match(_CATEGORIES[str(argument)], character) is not None
        case "IN":
            is_member = any(_is_in(str(kind), item, character) for kind, item in argument)
            return is_member != (str(argument[0][0]) == "NEGATE")
    return False


_BARS = re.compile(r"(?s) \\. | \[ \^? \]? (?: \\. | [^\]\\] )* \] | \|", re.VERBOSE)
"""Bars between alternatives; what is escaped or in brackets is passed over."""
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT"})
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
