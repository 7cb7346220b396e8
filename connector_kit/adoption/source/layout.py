"""Python expressions, laid out over lines the way ``ruff format`` would leave them."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

WIDTH = 100
"""Columns of a line, as in the kit's own code."""

_STEP = 4


@dataclass(frozen=True)
class Atom:
    """What cannot be broken: a name, a number, a string of one line."""

    flat: str


@dataclass(frozen=True)
class Paragraph:
    """A string literal that may be written as several, one for each of its lines."""

    flat: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Bracketed:
    """Items between brackets, each with its prefix (``http=``, ``"name": ``).

    The items of a call may share a line of their own; those of a display each have one.
    """

    head: str
    items: Sequence[tuple[str, "Expression"]]
    tail: str
    is_call: bool = False

    @cached_property
    def flat(self) -> str:
        """The whole expression on one line."""
        return f"{self.head}{self.body}{self.tail}"

    @cached_property
    def body(self) -> str:
        """The items on one line."""
        return ", ".join(prefix + item.flat for prefix, item in self.items)


Expression = Atom | Paragraph | Bracketed


def call(name: str, items: Sequence[tuple[str, Expression]]) -> Bracketed:
    """Return the call of *name* with *items* as its arguments."""
    return Bracketed(f"{name}(", items, ")", is_call=True)


def assignment(name: str, value: Expression, indent: int = 0) -> str:
    """Return ``name = value``, over as many lines as it takes, with *indent* blanks before each."""
    target = f"{name} = "
    is_too_long = indent + columns(target + value.flat) > WIDTH
    if isinstance(value, Atom) and is_too_long and indent + _STEP + columns(value.flat) <= WIDTH:
        value = Paragraph(value.flat, [value.flat])
    return "\n".join(_lines(value, indent, target, ""))


def columns(text: str) -> int:
    """Return how many columns *text* takes up."""
    if text.isascii():
        return len(text)
    visible = [letter for letter in text if unicodedata.category(letter) not in {"Mn", "Me"}]
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in visible)
    return len(visible) + wide


def _lines(value: Expression, indent: int, prefix: str, suffix: str) -> Iterator[str]:
    margin, inside = " " * indent, indent + _STEP
    line = f"{prefix}{value.flat}{suffix}"
    if isinstance(value, Atom) or indent + columns(line) <= WIDTH:
        yield margin + line
    elif isinstance(value, Paragraph):
        fits = inside + columns(value.flat) <= WIDTH
        yield f"{margin}{prefix}("
        yield from (" " * inside + line for line in ([value.flat] if fits else value.lines))
        yield f"{margin}){suffix}"
    else:
        yield f"{margin}{prefix}{value.head}"
        if value.is_call and inside + columns(value.body) <= WIDTH:
            yield " " * inside + value.body
        else:
            comma = "," if len(value.items) > 1 else ""
            for key, item in value.items:
                yield from _lines(item, inside, key, comma)
        yield f"{margin}{value.tail}{suffix}"
