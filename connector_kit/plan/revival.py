"""References to a deleted document, which are written again once it has been recreated."""

from collections.abc import Iterable, Iterator, Set

from connector_kit.blueprint.identity import Identity, identifier
from connector_kit.blueprint.paths import Path, spelled
from connector_kit.documents import Document, Json, ref, referred
from connector_kit.plan.changes import FieldChange
from connector_kit.plan.sameness import MISSING, is_mapping


def revived(document: Document, names: Set[str]) -> tuple[FieldChange, ...]:
    """Return a change for every reference in *document* to one of *names*, which are dead ids."""
    if not names:
        return ()
    return tuple(
        FieldChange(spelled(path), MISSING, ref(name))
        for path, name in _places((), document, names)
    )


def cut(value: Json, names: Set[str]) -> Json:
    """Return *value* with null where it refers to one of *names*."""
    if referred(value) in names:
        return None
    if is_mapping(value):
        return {key: cut(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [cut(item, names) for item in value]
    return value


def _places(path: Path, value: Json, names: Set[str]) -> Iterator[tuple[Path, str]]:
    name = referred(value)
    if name is not None and name in names:
        yield path, name
    elif is_mapping(value):
        for key, item in value.items():
            yield from _places((*path, key), item, names)
    elif isinstance(value, list):
        for place, item in _items(str(path[-1]), value):
            yield from _places((*path, place), item, names)


def _items(key: str, values: list[Json]) -> Iterable[tuple[str | Identity, Json]]:
    way = identifier(key, values)
    if way:
        return way.items(values).items()
    return ((str(place), value) for place, value in enumerate(values))
