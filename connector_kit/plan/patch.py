"""JSON Patch from one symbolic document to another, around the masks of secrets.

A document that shows a mask cannot be sent back whole: the platform may store the mask as the
secret (protocol/README.md U35). Only what changes is sent.
"""

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from connector_kit.blueprint.identity import identifier
from connector_kit.documents import Document, Json, shows_mask
from connector_kit.plan.sameness import MISSING, is_mapping, same


class Operation(TypedDict):
    """One operation of a JSON Patch (RFC 6902); its value is symbolic."""

    op: Literal["add", "remove", "replace"]
    path: str
    value: NotRequired[Json]


class Masked(Exception):
    """A list cannot be written without writing the mask of a secret in it; `path` is a pointer."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{path} contains secrets that cannot be read and therefore not moved.")


def operations(before: Document, after: Document) -> list[Operation]:
    """Return operations without masks that turn *before* into *after*.

    Lists are written whole, those with masks item by item. Raises `Masked` when that would move a
    secret, or remove its item.
    """
    return list(_of_mapping("", before, after))


def _of_mapping(path: str, before: Document, after: Document) -> Iterator[Operation]:
    for key in {**before, **after}:
        escaped = key.replace("~", "~0").replace("/", "~1")
        place = f"{path}/{escaped}"
        yield from _of_value(place, key, before.get(key, MISSING), after.get(key, MISSING))


def _of_value(path: str, key: str, before: Json, after: Json) -> Iterator[Operation]:
    if is_mapping(before) and is_mapping(after):
        yield from _of_mapping(path, before, after)
    elif before is after or same(before, after):
        return
    elif after is MISSING:
        yield {"op": "remove", "path": path}
    elif before is MISSING:
        yield {"op": "add", "path": path, "value": after}
    elif isinstance(after, list) and shows_mask(after):
        if not _keeps_places(key, before, after):
            raise Masked(path)
        for n, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _of_value(f"{path}/{n}", "", old, new)
    else:
        yield {"op": "replace", "path": path, "value": after}


def _keeps_places(key: str, before: Json, after: list[Json]) -> bool:
    """Tell whether every item with a secret is still the same item at the same place."""
    if not isinstance(before, list) or len(before) != len(after):
        return False
    way = identifier(key, before, after)
    if way is None:
        return False
    pairs = zip(way.items(before), way.items(after), after, strict=True)
    return all(old == new for old, new, item in pairs if shows_mask(item))
