"""What can be expected of a function's result; `contracts` puts it together kind by kind.

An expectation takes the options of a call and what was returned. Each counts on those before it:
entries are looked at once there is a list of them. A page of ten thousand entries takes well under
a millisecond; only when something is wrong with it is it walked through to find the place.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from connector_kit.extension.contracts.loops import MOST_ANSWERS, Loops
from connector_kit.extension.words import sort_of


class Complaint(NamedTuple):
    """What was expected of a result and what it is, as parts of a sentence."""

    expected: str
    got: str


Options = Mapping[str, Any]
Expectation = Callable[[Options, Any], Complaint | None]


class Shape(NamedTuple):
    """A sort of value, in words and in Python."""

    words: str
    types: tuple[type, ...]

    def fits(self, value: object) -> bool:
        """Tell whether *value* is of this sort; true and false are no numbers."""
        return isinstance(value, self.types) and (self is BOOLEAN or not isinstance(value, bool))

    def fits_all(self, types: Iterable[type]) -> bool:
        """Tell, fast, whether all *types* are the very ones; false may still mean that they fit."""
        return set(types) <= set(self.types)


LIST = Shape("a list", (list, tuple))
OBJECT = Shape("an object", (dict,))
RECORD = Shape("a record", (dict, list, tuple))
TEXT = Shape("text", (str,))
WHOLE = Shape("a whole number", (int,))
BOOLEAN = Shape("true or false", (bool,))
ANYTHING = Shape("anything", (object,))


def one_for_each(option: str) -> Expectation:
    """Expect a list with as many entries as the *option* has, if that is a list."""

    def examine(options: Options, returned: Any) -> Complaint | None:
        sent = options.get(option)
        if not isinstance(sent, list) or (LIST.fits(returned) and len(returned) == len(sent)):
            return None
        got = f"{len(returned)}" if LIST.fits(returned) else sort_of(returned)
        return Complaint(
            f"one entry for each of the {len(sent)} in {option}, in the same order", got
        )

    return examine


def shaped(shape: Shape) -> Expectation:
    """Expect a value of *shape*."""

    def examine(_options: Options, returned: Any) -> Complaint | None:
        return None if shape.fits(returned) else Complaint(shape.words, sort_of(returned))

    return examine


def having(field: str, shape: Shape) -> Expectation:
    """Expect an object with *field*, of *shape*."""

    def examine(_options: Options, returned: Any) -> Complaint | None:
        if shape.fits(returned.get(field)):
            return None
        return Complaint(f"an object with {field}, {shape.words}", _field(returned, field))

    return examine


def maybe(field: str, shape: Shape) -> Expectation:
    """Expect *field* to be of *shape* if it is there at all."""

    def examine(_options: Options, returned: Any) -> Complaint | None:
        if returned.get(field) is None or shape.fits(returned[field]):
            return None
        return Complaint(f"{shape.words} as {field}", _field(returned, field))

    return examine


def one_of(*fields: str) -> Expectation:
    """Expect an object with at least one of *fields*."""

    def examine(_options: Options, returned: Any) -> Complaint | None:
        if returned.keys() & set(fields):
            return None
        return Complaint(f"an object with {' or '.join(fields)}", _keys(returned))

    return examine


def entries(shape: Shape) -> Expectation:
    """Expect entries of *shape*."""

    def examine(_options: Options, returned: Any) -> Complaint | None:
        if not LIST.fits(returned) or shape.fits_all(map(type, returned)):
            return None
        wrong = _first(returned, lambda entry: not shape.fits(entry))
        return wrong and Complaint(
            f"{shape.words} as every entry", f"{sort_of(wrong.entry)}{wrong}"
        )

    return examine


def entries_of(**keys: Shape) -> Expectation:
    """Expect objects with none but *keys* as entries; the value under a key has the key's shape."""

    def examine(_options: Options, returned: Any) -> Complaint | None:
        if not LIST.fits(returned):
            return None
        used: set[str] = set().union(*returned)
        if not used <= keys.keys():
            wrong = _first(returned, lambda entry: not entry.keys() <= keys.keys())
            allowed = f"entries with {', '.join(keys)} or nothing"
            return wrong and Complaint(allowed, f"{_keys(wrong.entry)}{wrong}")
        complaints = (_misshapen(returned, key, keys[key]) for key in used)
        return next(filter(None, complaints), None)

    return examine


def entries_with(key: str, shape: Shape) -> Expectation:
    """Expect a value of *shape* under *key* of every entry that has it."""

    def examine(_options: Options, returned: Any) -> Complaint | None:
        return _misshapen(returned, key, shape) if LIST.fits(returned) else None

    return examine


def _misshapen(returned: Any, key: str, shape: Shape) -> Complaint | None:
    if shape is ANYTHING or shape.fits_all(type(item[key]) for item in returned if key in item):
        return None
    wrong = _first(
        returned, lambda document: document.get(key) is not None and not shape.fits(document[key])
    )
    return wrong and Complaint(f"{shape.words} as {key}", f"{_field(wrong.entry, key)}{wrong}")


def entries_having(key: str, shape: Shape, *, unless: str) -> Expectation:
    """Expect *key*, of *shape*, in every entry but those in which *unless* is true."""

    def lacks(entry: Mapping[str, Any]) -> bool:
        return not shape.fits(entry.get(key)) and entry.get(unless) is not True

    def examine(_options: Options, returned: Any) -> Complaint | None:
        if not LIST.fits(returned) or shape.fits_all(
            type(document.get(key)) for document in returned
        ):
            return None
        wrong = _first(returned, lacks)
        return wrong and Complaint(
            f"{key}, {shape.words}, in every entry", f"{_field(wrong.entry, key)}{wrong}"
        )

    return examine


def an_end(loops: Loops) -> Expectation:
    """Expect an export to end, as far as *loops* can tell."""

    def examine(options: Options, returned: Any) -> Complaint | None:
        times = loops.times(options, returned)
        if times <= MOST_ANSWERS:
            return None
        return Complaint(
            "lastPage, or a state that leads to another page", f"the same page {times} times"
        )

    return examine


class _Wrong(NamedTuple):
    entry: Any
    place: int

    def __str__(self) -> str:
        return f" at index {self.place}"


def _first(returned: Iterable[Any], is_wrong: Callable[[Any], bool]) -> _Wrong | None:
    wrong = (_Wrong(entry, n) for n, entry in enumerate(returned) if is_wrong(entry))
    return next(wrong, None)


def _field(returned: Mapping[str, Any], field: str) -> str:
    return sort_of(returned[field]) if returned.get(field) is not None else f"no {field}"


def _keys(returned: Mapping[str, Any]) -> str:
    names = ", ".join(sorted(map(str, returned))[:5])
    return f"an object with {names}" if names else "an empty object"
