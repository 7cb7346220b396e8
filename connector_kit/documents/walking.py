"""Walking through documents: their objects, fields and leaves, each with its place."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from connector_kit.documents.symbolic import LITERAL, Document, Json, referred

FREE_DATA_FIELDS = frozenset(
    {"sampleData", "sampleHeaders", "sampleResponseData", "mockOutput", "mockResponse"}
)
"""Samples: whatever they hold is data, not configuration (protocol/resources.md#export)."""

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value; empty for the document itself."""


def merged(document: Document, fields: Mapping[str, Json]) -> Document:
    """Return *document* with *fields* in it: objects merged key by key, all else replaced."""
    result = dict(document)
    for key, value in fields.items():
        if isinstance(value, Mapping):
            inner = result.get(key)
            result[key] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            result[key] = value
    return result


def dotted(path: Path) -> str:
    """Return *path* as people write it: ``pageGenerators[0]._exportId``."""
    steps = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(steps).removeprefix(".")


def field_of(path: Path) -> str:
    """Return the name of the field that *path* leads into, through positions of a list."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def strings(document: Document, skip: Collection[Path] = ()) -> Iterator[tuple[Path, str]]:
    """Yield every text in *document* that is configuration, with its path, as `leaves` does."""
    return ((path, leaf) for path, leaf in leaves(document, skip) if isinstance(leaf, str))


def leaves(document: Document, skip: Collection[Path] = ()) -> Iterator[tuple[Path, Json]]:
    """Yield every text, number and the like in *document* that is configuration, with its path.

    Samples are data and passed over, and so is everything under a path of *skip*.
    """
    for key, value in document.items():
        if key not in FREE_DATA_FIELDS:
            yield from leaves_of(value, (key,), skip)


def leaves_of(
    value: Json, path: Path = (), skip: Collection[Path] = ()
) -> Iterator[tuple[Path, Json]]:
    """Yield every scalar in *value*, which is at *path*, with its path."""
    if path in skip:
        return
    if isinstance(value, dict | list):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves_of(item, (*path, step), skip)
    else:
        yield path, value


def objects(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield *document*, which is symbolic, and every object inside, with its dotted path.

    References are none, and samples are left out.
    """
    yield "", document
    for key, item in document.items():
        if key not in FREE_DATA_FIELDS:
            yield from _objects(item, key)


def _objects(value: Json, path: str) -> Iterator[tuple[str, Document]]:
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from _objects(item, f"{path}[{n}]")
    elif isinstance(value, dict) and referred(value) is None:
        inside = value[LITERAL] if value.keys() == {LITERAL} else value
        yield path, inside
        for key, item in inside.items():
            yield from _objects(item, f"{path}.{key}" if path else key)


def members(document: Document) -> Iterator[tuple[str, str, Json]]:
    """Yield the path, the key and the value of every field inside; samples are left out."""
    for path, object_ in objects(document):
        for key, item in object_.items():
            if path or key not in FREE_DATA_FIELDS:
                yield (f"{path}.{key}" if path else key), key, item


def at(value: Json, path: Path) -> Json:
    """Return what *value* holds at *path*, None when there is nothing."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(str(step))
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def without(value: Json, paths: Iterable[Path]) -> Json:
    """Return *value* without what is at *paths*, which count positions as they were before."""
    inside: dict[str | int, list[Path]] = defaultdict(list)
    for step, *rest in paths:
        inside[step].append(tuple(rest))
    if isinstance(value, dict):
        return {
            key: _less(item, inside.get(key)) for key, item in value.items() if _stays(key, inside)
        }
    if isinstance(value, list):
        return [_less(item, inside.get(n)) for n, item in enumerate(value) if _stays(n, inside)]
    return value


def _stays(step: str | int, inside: Mapping[str | int, list[Path]]) -> bool:
    return () not in inside.get(step, ())


def _less(item: Json, paths: list[Path] | None) -> Json:
    return without(item, paths) if paths else item
