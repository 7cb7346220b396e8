"""Values that a field may hold, a few of every kind, to try out what becomes of them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connector_kit.documents import Json
from connector_kit.forms.fields import Field, FieldType


def samples(field: Field, words: Iterable[Json] = ()) -> list[Json]:
    """Return some values of *field*: all of its options, where these are known.

    *words* are values or keys that matter to whoever asks; they are among the samples as far as
    people could enter them. A field that has no value has no samples.
    """
    if not field.type.has_value:
        return []
    listed = list(words)
    return _OF_TYPE.get(field.type, _of_objects)(field, listed)


def _of_text(_: Field, words: list[Json]) -> list[Json]:
    return ["a", "b", "", *(word if isinstance(word, str) else str(word) for word in words)]


def _of_number(_: Field, words: list[Json]) -> list[Json]:
    return [1, 2.5, *filter(None, map(_as_number, words))]


def _as_number(word: Json) -> Json:
    try:
        return float(word) if isinstance(word, int | float | str) else None
    except ValueError:
        return None


def _of_choice(field: Field, words: list[Json]) -> list[Json]:
    options = _options(field, words)
    if field.wants_label:
        return [{"id": option, "label": "a"} for option in options]
    return options


def _of_choices(field: Field, words: list[Json]) -> list[Json]:
    return [[], *([option] for option in _options(field, words))]


def _options(field: Field, words: list[Json]) -> list[Json]:
    """The options, or what they might be where a function knows them."""
    is_known = field.options and not field.is_refreshable
    return [option.value for option in field.options] if is_known else ["a", 1, *words]


def _of_rows(field: Field, words: list[Json]) -> list[Json]:
    keys = {*(column.id for column in field.columns), *map(str, words)} or {"key", "value"}
    row: dict[str, Json] = dict.fromkeys(sorted(keys), "a")
    return [[], [row]]


def _of_objects(_: Field, words: list[Json]) -> list[Json]:
    """What may be anything: text, numbers, lists, objects with the keys that are looked for."""
    whole: dict[str, Json] = {"a": "b", **{str(word): "a" for word in words}}
    return ["a", 1, True, [whole], whole]


def _of_map(_: Field, __: list[Json]) -> list[Json]:
    return [{"map": {name: "b"}, "default": name, "allowFailures": True} for name in ("a", "b")]


def _of_xml(field: Field, words: list[Json]) -> list[Json]:
    return [{"path": "/a", "value": rows} for rows in _of_rows(field, words)]


def _of_file(_: Field, __: list[Json]) -> list[Json]:
    return [
        {"name": name, "size": 1, "type": "csv", "content": name, "rowDelimiter": "\n"}
        for name in ("a", "b")
    ]


_OF_TYPE: Mapping[FieldType, Callable[[Field, list[Any]], list[Json]]] = {
    FieldType.TEXT: _of_text,
    FieldType.TEXTAREA: _of_text,
    FieldType.NUMBER: _of_number,
    FieldType.CHECKBOX: lambda _, __: [True, False],
    FieldType.RADIO: _of_choice,
    FieldType.SELECT: _of_choice,
    FieldType.TOGGLE: _of_choice,
    FieldType.MULTISELECT: _of_choices,
    FieldType.DATE: lambda _, __: ["2026-01-31", "2026-02-01"],
    FieldType.DATETIME: lambda _, __: ["2026-01-31T00:00:00.000Z", "2026-02-01T00:00:00.000Z"],
    FieldType.STATIC_MAP: _of_map,
    FieldType.TABLE: _of_rows,
    FieldType.XML: _of_xml,
    FieldType.FILE: _of_file,
}
