"""Places inside a document, and what they hold."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from connector_kit.blueprint.fields import FREE_DATA_FIELDS
from connector_kit.documents import Json

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value; empty for the document itself."""


def dotted(path: Path) -> str:
    """Return *path* as people write it: ``pageGenerators[0]._exportId``."""
    steps = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(steps).removeprefix(".")


def strings(value: Json, skip: Collection[Path]) -> Iterator[tuple[Path, str]]:
    """Yield every text in *value* that is configuration, with its path, as `leaves` does."""
    return ((path, leaf) for path, leaf in leaves(value, skip) if isinstance(leaf, str))


def leaves(value: Json, skip: Collection[Path], path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield every text, number and the like in *value* that is configuration, with its path.

    Samples are data and passed over, and so is everything under a path of *skip*.
    """
    if path in skip or (len(path) == 1 and path[0] in FREE_DATA_FIELDS):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, skip, (*path, key))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from leaves(item, skip, (*path, n))
    else:
        yield path, value


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
    """Return *value* less what stands at *paths*, which count positions as they were before."""
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
