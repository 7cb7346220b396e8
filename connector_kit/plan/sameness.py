"""When two values of a document mean the same.

The platform drops empty sub-objects from what it stores and shows a mask instead of a secret
(protocol/http-api.md#3-conventions). Neither is a difference.
"""

from enum import Enum, auto
from typing import Final, TypeGuard

from connector_kit.documents import MASK, Document, Json, canonical, looks_symbolic


class _Missing(Enum):
    MISSING = auto()

    def __repr__(self) -> str:
        return self.name


MISSING: Final = _Missing.MISSING
"""The value of a field that a document does not have."""


def is_mapping(value: Json) -> TypeGuard[Document]:
    """Tell whether *value* has fields of its own: references and literals are one value each."""
    return isinstance(value, dict) and not looks_symbolic(value)


def is_absent(value: Json) -> bool:
    """Tell whether *value* is missing or null."""
    return value is None or value is MISSING


def is_blank(value: Json) -> bool:
    """Tell whether *value* is missing, null, or an object of only such values."""
    if isinstance(value, dict):
        return all(map(is_blank, value.values()))
    return is_absent(value)


def same(one: Json, other: Json) -> bool:
    """Tell whether two values mean the same to the platform."""
    return _match(one, other, seen_through_mask=False)


def agrees(live: Json, other: Json) -> bool:
    """Tell whether *live* may be *other*: a mask in *live* may stand for anything."""
    return _match(live, other, seen_through_mask=True)


def content(value: Json) -> bytes:
    """Return what all values have in common that are the `same` as *value*, and no others."""
    return canonical(_bare(value))


def _bare(value: Json) -> Json:
    if is_blank(value):
        return None
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items() if not is_blank(item)}
    if isinstance(value, list):
        return list(map(_bare, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _match(one: Json, other: Json, *, seen_through_mask: bool) -> bool:
    if one is other or (seen_through_mask and one == MASK):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return all(
            _match(
                one.get(key, MISSING), other.get(key, MISSING), seen_through_mask=seen_through_mask
            )
            for key in one.keys() | other.keys()
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            _match(mine, theirs, seen_through_mask=seen_through_mask)
            for mine, theirs in zip(one, other, strict=True)
        )
    if isinstance(one, bool) or isinstance(other, bool):
        return False  # in Python True equals 1, in JSON it does not; equal booleans are identical
    return bool(one == other) or (is_blank(one) and is_blank(other))
