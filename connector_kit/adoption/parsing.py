"""Reading one file of a download, and saying clearly what is wrong with it."""

from math import isfinite
from typing import NoReturn

from connector_kit import storable
from connector_kit.adoption.download import AdoptionError
from connector_kit.documents import Document, Json

_MOST_VALUES = 1_000_000
"""Values in one document; each takes up far more memory than its characters in the file."""

_DEEPEST = 150
"""Levels of nesting; the platform's own store stops at 100."""


def parse_document(content: bytes, place: str) -> Document:
    """Return the JSON object in *content*; raises AdoptionError that names *place*."""
    if sum(map(content.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise AdoptionError(f"{place} contains more than {_MOST_VALUES:,} values.")
    try:
        document = storable.read_json(
            content, _DEEPEST, parse_constant=_no_number, parse_float=_number
        )
    except storable.TooDeepError:
        raise _too_deep(place) from None
    except ValueError as error:
        raise AdoptionError(f"{place} is not valid JSON: {error}. Download it again.") from error
    return require_document(document, place)


def require_document(value: Json, place: str) -> Document:
    """Return *value*, a document that the kit can work with; raises AdoptionError with *place*."""
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise AdoptionError(f"{place} contains a {kind}, but must contain a JSON object.")
    if storable.is_deeper(value, _DEEPEST):
        raise _too_deep(place)
    return value


def parse_text(content: bytes, place: str) -> str:
    """Return the text in *content* as it is; raises AdoptionError that names *place*."""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise AdoptionError(f"{place} is not UTF-8 text: {error}. Save it as UTF-8.") from error


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")


def _number(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise ValueError(f"{digits} is too large")
    return value


def _too_deep(place: str) -> AdoptionError:
    return AdoptionError(f"{place} is nested more than {_DEEPEST} levels deep.")
