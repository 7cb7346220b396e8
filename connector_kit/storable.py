"""Which text, numbers, and JSON from people, programs, and the platform can be stored.

JSON carries more than a database keeps: half a surrogate pair (a text that was cut within an
emoji), NUL, numbers without end, nesting without end. One rule per direction:

* What someone *wants* (a setting, a request, a declaration) is refused: `flaws` names the place.
* What *is so already* (a name in an account, the message of an error) is written another way that
  shows: `legible` puts ``�`` for half a character and ``␀`` for NUL, `cut` ends in ``…``.

The same for every database, so that what works on a laptop works in production.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from connector_kit.errors import ConnectorKitError

Json = Any

DEEPEST = 200
"""Levels of lists and objects: SQLite reads 1,000, orjson writes 254, and records nest values."""

GREATEST, LEAST = 2**64 - 1, -(2**63)
"""Integers beyond these are sent as floats, or not at all."""

VERSION = 64
CONNECTOR_NAME = 200
SLUG = 50
EXTERNAL_ID = 200
RESOURCE = 40
EDITION = 100
"""Characters of what a declaration names: the columns are that long, and the check says it."""

_WRITABLE = 1000
"""Bits of an integer that is written in full; Python refuses to write 4,300 digits and more."""

_HALVES_AND_NUL = re.compile("[\x00\ud800-\udfff]")
_SHOWN_AS = {"\x00": "\N{SYMBOL FOR NULL}"}
_HALF_SHOWN_AS = "\N{REPLACEMENT CHARACTER}"
_TEXTS_AND_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_LEVEL = {"[": 1, "{": 1, "]": -1, "}": -1}
_ESCAPED = re.compile(r"\\u(0000|[dD][89a-fA-F])")


class Fault(NamedTuple):
    """A way of not being storable: what a value holds, and what to do about it."""

    what: str
    remedy: str


HALF = Fault("half a character, as in text cut within an emoji", "Enter it again")
NUL = Fault("the NUL character", "Remove it")
ENDLESS = Fault("a number that is not finite", "Use a finite number")
TOO_LARGE = Fault("an integer of more than 64 bits", "Use a smaller number, or text")
TOO_DEEP = Fault(f"more than {DEEPEST} nested levels", "Reduce the nesting")


class Flaw(NamedTuple):
    """Something that cannot be stored: its place (dotted, empty for the value itself)."""

    path: str
    fault: Fault

    @property
    def words(self) -> str:
        """What is wrong and the way out, without the place and a last full stop."""
        return f"It contains {self.fault.what}. {self.fault.remedy}"


class Unstorable(ConnectorKitError, ValueError):
    """A text is longer than where it is kept, and means something else when it is cut."""

    code = "too_long"

    def __init__(self, where: str, longest: int, length: int) -> None:
        super().__init__(f"{where} has {length} characters; the limit is {longest}. Shorten it.")
        self.field = where.rpartition(".")[2]


def flaws(value: Json) -> Iterator[Flaw]:
    """Yield what of *value*, made of JSON's types, cannot be stored as it is."""
    yield from _flaws(value, "", 0)


class TooDeepError(ValueError):
    """JSON text has more levels of lists and objects than its reader wants."""


def read_json(
    content: str | bytes,
    deepest: int = DEEPEST,
    *,
    parse_constant: Callable[[str], Json] | None = None,
    parse_float: Callable[[str], Json] | None = None,
) -> Json:
    """Return the value of the JSON text *content*, by the standard library's reader.

    Levels are counted before the text is read: at the interpreter's limit of recursion, the
    finalizer of any object that happens to be collected there would fail as well.

    Raises `TooDeepError` for more than *deepest* levels, ValueError for what is not JSON.
    """
    if isinstance(content, bytes):
        content = content.decode(json.detect_encoding(content), "surrogatepass")
    if content.count("[") + content.count("{") > deepest:
        level = 0
        for found in _TEXTS_AND_BRACKETS.finditer(content):
            level += _LEVEL.get(found[0], 0)
            if level > deepest:
                raise TooDeepError(f"it is nested more than {deepest} levels deep")
    return json.loads(content, parse_constant=parse_constant, parse_float=parse_float)


def is_deeper(value: Json, levels: int) -> bool:
    """Tell whether *value*, however deep it is, has more than *levels* of lists and objects."""
    level = list(_inner([value]))
    for _ in range(levels):
        level = [inner for item in level for inner in _inner(item)]
    return bool(level)


def _inner(value: Json) -> Iterable[Json]:
    """The lists and objects directly in *value*."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return ()
    return [item for item in value if isinstance(item, dict | list)]


def flaw_of(value: Json) -> str | None:
    """What is wrong with *value* first, in words without a full stop; None when it can be kept."""
    return next((flaw.words for flaw in flaws(value)), None)


def _flaws(value: Json, path: str, depth: int) -> Iterator[Flaw]:
    if isinstance(value, dict | list | tuple):
        if depth >= DEEPEST:
            yield Flaw(path, TOO_DEEP)
            return
        if not isinstance(value, dict):
            for index, inner in enumerate(value):
                yield from _flaws(inner, f"{path}[{index}]", depth + 1)
            return
        for name, inner in value.items():
            key = text(str(name))
            yield from _flaws(inner, f"{path}.{key}" if path else key, depth + 1)
        faults = (_of_text(str(name)) for name in value)
        yield from (Flaw(path, fault) for fault in faults if fault)
    elif fault := _of_plain(value):
        yield Flaw(path, fault)


def _of_plain(value: Json) -> Fault | None:
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, float):
        return None if math.isfinite(value) else ENDLESS
    if isinstance(value, int):
        return None if LEAST <= value <= GREATEST else TOO_LARGE
    return None


def _of_text(value: str) -> Fault | None:
    found = _HALVES_AND_NUL.search(value)
    if found is None:
        return None
    return NUL if found[0] == "\x00" else HALF


def text(value: str) -> str:
    """Return *value* as it can be stored: what cannot is replaced by a sign that shows."""
    if value.isascii() and "\x00" not in value:
        return value
    return _HALVES_AND_NUL.sub(lambda found: _SHOWN_AS.get(found[0], _HALF_SHOWN_AS), value)


def cut(value: str, longest: int) -> str:
    """Return *value* as it can be stored in *longest* characters, with ``…`` at the end if cut."""
    whole = text(value)
    return whole if len(whole) <= longest else f"{whole[: longest - 1]}…"


def legible(value: Json) -> Json:
    """Return *value*, made of JSON's types, as it can be stored: what cannot be is shown as text.

    What is sound already is returned as it is, not as a copy.
    """
    return value if next(flaws(value), None) is None else _legible(value, 0)


def _legible(value: Json, depth: int) -> Json:
    if isinstance(value, dict | list | tuple) and depth >= DEEPEST:
        return f"(nested more than {DEEPEST} levels deep)"
    if isinstance(value, dict):
        return {text(str(name)): _legible(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_legible(inner, depth + 1) for inner in value]
    if isinstance(value, str):
        return text(value)
    return value if _of_plain(value) is None else _number(value)


def _number(value: int | float) -> str:
    """Write a number that no store keeps."""
    if isinstance(value, float) or value.bit_length() < _WRITABLE:
        return str(value)
    digits = int(value.bit_length() * math.log10(2)) + 1
    return f"(an integer of about {digits} digits)"


def is_suspect(written: str) -> bool:
    """Whether JSON text may hold what is not `legible`; never wrong when it says no."""
    return _ESCAPED.search(written) is not None or "Infinity" in written or "NaN" in written
