"""Samples: what the applications of the author's account once answered, kept in a document."""

from collections.abc import Iterator

from connector_kit.documents import Document, Json
from connector_kit.documents.walking import FREE_DATA_FIELDS, Path

SAMPLE = "sample data; use --keep-samples to include it"

_SAMPLES = FREE_DATA_FIELDS | {"mockInput", "mockRequest", "pathSamples"}
"""Fields that hold samples, at any depth: tools and APIs have theirs in nested parts
(protocol/resources.md#export, #import, protocol/platform-2026.md#7-imports, #9)."""

_AUTHORS_OWN = frozenset({"configuration", "map", "settings"})
"""Objects whose keys are the author's: a field of that name is no sample there."""


def samples(value: Document) -> Iterator[Path]:
    """Yield where *value* holds a sample that is not empty."""
    yield from _samples(value, ())


def _samples(value: Json, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _SAMPLES and item not in (None, "", [], {}):
                yield (*path, key)
            elif key not in _AUTHORS_OWN:
                yield from _samples(item, (*path, key))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from _samples(item, (*path, n))
