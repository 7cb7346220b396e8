"""What a setting controls: a place in a component's document, and what is written there.

A release is stored, and tailored to an installation, as data. So the transformation of a value on
its way into a document is data, too, from a closed vocabulary; an author's function could later
return another document than the one that was applied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector_kit.documents import Document, Json, referred
from connector_kit.forms.values import alike, text_of

_STEP = re.compile(r"([^.\[\]]+)|\[([^\]]+)\]")
_PICKED = re.compile(r"\[([^\]=]+)\]")
_PATH = re.compile(r"[^.\[\]]+(\[[^\]]+\])*(\.[^.\[\]]+(\[[^\]]+\])*)*")


@dataclass(frozen=True)
class Way:
    """How a value is changed before it is written; *arguments* are JSON."""

    name: str
    argument: Json = None

    def __call__(self, value: Json, there: Json) -> Json:  # noqa: PLR0911  one case per way
        """Return what is written for *value*, *there* being what the document declares."""
        argument: Any = self.argument
        match self.name:
            case "inverted":
                return not value
            case "merged":
                return {**(there or {}), **value}
            case "template":
                as_json = json.dumps(value, ensure_ascii=False)
                text = str(argument).replace("{json}", as_json)
                return text.replace("{value}", text_of(value))
            case "mapped":
                found = (item for key, item in argument["pairs"] if alike(key, value))
                return next(found, argument["else"])
            case "scaled":
                if isinstance(value, bool) or not isinstance(value, int | float):
                    return None
                product = value * argument
                is_whole = isinstance(product, float) and product.is_integer()
                return int(product) if is_whole else product
            case "joined":
                return argument.join(map(text_of, value if isinstance(value, list) else [value]))
            case "asMap":
                key, held = argument
                rows = value if isinstance(value, list) else []
                known = [row for row in rows if isinstance(row, dict) and key in row]
                return {text_of(row[key]): row.get(held) for row in known}
            case "part":
                return value.get(argument) if isinstance(value, dict) else None
        raise KeyError(self.name)

    def words(self) -> list[Json]:
        """Return the values, or keys of values, that it looks for."""
        if self.name == "mapped" and isinstance(self.argument, dict):
            return [key for key, _ in self.argument["pairs"]]
        if self.name == "asMap" and isinstance(self.argument, list):
            return self.argument
        return [self.argument] if self.name == "part" else []

    def to_json(self) -> Json:
        """Return the way as JSON; `from_json` reads it back."""
        return {self.name: self.argument}

    @classmethod
    def from_json(cls, data: Document) -> Way:
        """Return the way that `to_json` wrote."""
        [(name, argument)] = data.items()
        return cls(name, argument)


inverted = Way("inverted")
"""Writes true for false and false for true."""

merged = Way("merged")
"""Writes an object's keys beside those that the document declares there."""


def template(text: str) -> Way:
    """Write *text*, with the value in place of ``{value}`` or, as JSON, of ``{json}``."""
    return Way("template", text)


def mapped(pairs: Mapping[Any, Json], default: Json = None) -> Way:
    """Write what *pairs* have for the value, else *default*; None writes nothing."""
    return Way("mapped", {"pairs": [[key, item] for key, item in pairs.items()], "else": default})


def scaled(factor: float) -> Way:
    """Write the number times *factor*."""
    return Way("scaled", factor)


def joined(separator: str) -> Way:
    """Write the list as one text."""
    return Way("joined", separator)


def part(key: str) -> Way:
    """Write what the value, an object, has under *key*."""
    return Way("part", key)


def as_map(key: str = "key", value: str = "value") -> Way:
    """Write rows as one object, from what each has under *key* to what it has under *value*."""
    return Way("asMap", [key, value])


@dataclass(frozen=True)
class Binding:
    """A setting's value goes to *path* (in the platform's spelling) of a component's document."""

    component: str
    path: str
    way: Way | None = None

    def __str__(self) -> str:
        return f"{self.component}.{self.path}"

    def written(self, document: Document, value: Json) -> Document:
        """Return *document* with *value* at the path; itself where there is nothing to write.

        A list item that the path names and the document lacks is not made up.
        """
        if value is None:
            return document

        def make(there: Json) -> Json:
            return self.way(value, there) if self.way else value

        changed: Document = _written(document, self.steps(), make)
        return changed

    def renamed(self, name: Callable[[str], str]) -> Binding:
        """Return the binding with list items picked by what components are called by *name*."""
        path = _PICKED.sub(lambda match: f"[{name(match[1])}]", self.path)
        return self if path == self.path else replace(self, path=path)

    def is_in(self, document: Document) -> bool:
        """Tell whether the path leads somewhere in *document*."""
        return self._place(document) is not _NOWHERE

    def found_in(self, document: Document) -> Json:
        """Return the value at the path in *document*; None when there is none."""
        place = self._place(document)
        return None if place is _NOWHERE else place

    def _place(self, document: Document) -> Json:
        place: Json = document
        for step in self.steps():
            place = _found(place, step)
            if place is _NOWHERE:
                break
        return place

    def steps(self) -> tuple[str, ...]:
        """Return the keys, and the ``[…]`` that pick an item of a list, along the path."""
        return tuple(match[0] for match in _STEP.finditer(self.path))

    def overlaps(self, other: Binding) -> bool:
        """Tell whether what one writes is, or lies within, what the other writes."""
        if self.component != other.component:
            return False
        mine, theirs = self.steps(), other.steps()
        shorter = min(len(mine), len(theirs))
        return mine[:shorter] == theirs[:shorter]

    def hides(self, other: Binding) -> bool:
        """Tell whether what this one writes is what *other* finds its list item by."""
        *place, key = self.steps()
        theirs = other.steps()
        is_inside = self.component == other.component and len(theirs) > len(place) > 0
        return (
            is_inside
            and theirs[: len(place)] == (*place,)
            and theirs != self.steps()
            and place[-1].startswith(f"[{key}=")
        )

    def to_json(self) -> Document:
        """Return the binding as JSON; `from_json` reads it back."""
        way = {} if self.way is None else {"as": self.way.to_json()}
        return {"component": self.component, "path": self.path, **way}

    @classmethod
    def from_json(cls, data: Document) -> Binding:
        """Return the binding that `to_json` wrote."""
        way = Way.from_json(data["as"]) if "as" in data else None
        return cls(data["component"], data["path"], way)


def is_target(text: str) -> bool:
    """Tell whether *text* is a component and a dotted path, perhaps with ``[…]`` behind keys."""
    return "." in text and bool(_PATH.fullmatch(text))


class _Nowhere:
    """What a path leads to that leads nowhere."""


_NOWHERE = _Nowhere()


def _found(place: Json, step: str) -> Json:
    if step.startswith("["):
        index = _index(place, step[1:-1])
        return _NOWHERE if index is None else place[index]
    return place.get(step, _NOWHERE) if isinstance(place, dict) else _NOWHERE


def _index(place: Json, picked: str) -> int | None:
    """The item of a list that *picked* means: a number, ``field=value``, or what it refers to."""
    if not isinstance(place, list):
        return None
    if picked.isdecimal():
        return int(picked) if int(picked) < len(place) else None
    field, equals, value = picked.partition("=")
    for n, item in enumerate(place):
        if isinstance(item, dict) and (
            text_of(item.get(field)) == value
            if equals
            else any(referred(entry) == picked for entry in item.values())
        ):
            return n
    return None


def _written(place: Json, steps: tuple[str, ...], make: Callable[[Json], Json]) -> Json:
    step, *rest = steps
    there = _found(place, step)
    if rest:
        if there is _NOWHERE:
            return place
        inside = _written(there, tuple(rest), make)
    else:
        inside = make(None if there is _NOWHERE else there)
        if inside is None:
            return place
    if inside is there:
        return place
    if isinstance(place, dict) and not step.startswith("["):
        return {**place, step: inside}
    index = _index(place, step[1:-1])
    return place if index is None else [*place[:index], inside, *place[index + 1 :]]
