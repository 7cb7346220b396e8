"""Ids of documents: 24 hexadecimal characters (protocol/http-api.md#3-conventions)."""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from connector_kit.documents.symbolic import REF, Document
from connector_kit.documents.walking import Path, dotted, leaves

_LENGTH = 24
_ID = re.compile(r"(?i)[0-9a-f]{24}")
_WITHIN = re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])")

_LIKELY = re.compile(r"(?<![0-9A-Za-z])(?!\d{24})[4-7][0-9a-f]{23}(?![0-9A-Za-z])")
"""No number, digest, UUID, or part of a word. An id begins with the second in which it was made:
these are the years from 2004 to 2038."""


class LiteralId(NamedTuple):
    """An id in the midst of a text, or in a key; *line* counts from 1, 0 in a text of one line."""

    path: Path
    line: int
    id: str

    @property
    def place(self) -> str:
        """Where it is, for people: ``content, line 12``."""
        return f"{dotted(self.path)}, line {self.line}" if self.line else dotted(self.path)


def is_id(text: str) -> bool:
    """Tell whether *text* has the form of an id."""
    return bool(_ID.fullmatch(text))


def ids_within(text: str) -> list[str]:
    """Return what has the form of an id inside *text*, in its order."""
    return _WITHIN.findall(text)


def literal_ids(
    document: Document, *, known: Collection[str] = (), skip: Collection[Path] = ()
) -> Iterator[LiteralId]:
    """Yield what is in *known*, or most likely the id of a document, in texts and keys.

    Each id once for each text. Samples are left out, and so is everything under a path of *skip*.
    """
    keys: set[Path] = set()
    for path, leaf in leaves(document, skip):
        for length, step in enumerate(path, 1):
            if isinstance(step, str) and len(step) >= _LENGTH and path[:length] not in keys:
                keys.add(path[:length])
                yield from (LiteralId(path[:length], 0, found) for found in _ids(step, known))
        if isinstance(leaf, str) and len(leaf) >= _LENGTH and path[-1] != REF:
            for found in _ids(leaf, known):
                line = leaf.count("\n", 0, leaf.index(found)) + 1 if "\n" in leaf else 0
                yield LiteralId(path, line, found)


def _ids(text: str, known: Collection[str]) -> list[str]:
    likely = set(_LIKELY.findall(text))
    found = dict.fromkeys(_WITHIN.findall(text))
    return [identity for identity in found if identity in likely or identity in known]
