"""The columns of tables and maps, which each type of both frameworks describes in its own way."""

from collections.abc import Callable, Mapping

from connector_kit.documents import Document, Json
from connector_kit.forms.field_types import NUMBER, TEXT
from connector_kit.forms.fields import Column
from connector_kit.forms.reading import Notes, flag, read_columns, read_options, words

_Read = Callable[[Document, str, Notes], tuple[Column, ...]]


def columns_of(raw: Document, place: str, notes: Notes) -> tuple[Column, ...]:
    """Return the columns of the field *raw*; none when its type has none."""
    read = _COLUMNS.get(words(raw.get("type")))
    return read(raw, place, notes) if read else ()


def rows_of(raw: Document, value: Json) -> Json:
    """Return the rows, or the map, that the field *raw* holds, under whichever key."""
    if words(raw.get("type")) == "staticMapWidget":
        return _map_widget(raw, value)
    rows = value if value is not None else raw.get("map")
    if isinstance(rows, dict) and set(rows) == {"value"}:
        rows = rows["value"]
    if isinstance(rows, dict) and words(raw.get("type")) == "staticMap":
        key, kept = _keys(raw)
        return [{key: extract, kept: generate} for extract, generate in rows.items()]
    return rows


def _map_widget(raw: Document, value: Json) -> Document:
    """What is saved of a map: it is read from keys of its own (settings-forms.md#16-field-types).

    A ``value`` that was saved and not spread over those keys says the same.
    """
    saved = value if isinstance(value, dict) and "map" in value else raw
    pairs = saved.get("map")
    return {
        "map": pairs if isinstance(pairs, dict) else {},
        "default": saved.get("default"),
        "allowFailures": flag(saved.get("allowFailures")),
    }


def _keys(raw: Document) -> tuple[str, str]:
    return words(raw.get("keyName")) or "key", words(raw.get("valueName")) or "value"


def _static_map(raw: Document, place: str, notes: Notes) -> tuple[Column, ...]:
    sides = (("extract", "extracts", "Extracts"), ("generate", "generates", "Generates"))
    return tuple(
        Column(
            id=side,
            label=words(raw.get(f"{side}FieldHeader")) or side.capitalize(),
            options=read_options(raw.get(plural), f"{place}.{plural}", notes),
            is_refreshable=flag(raw.get(f"supports{capital}Refresh")),
        )
        for side, plural, capital in sides
    )


def _pairs(raw: Document, place: str, notes: Notes) -> tuple[Column, ...]:
    return tuple(
        Column(
            id=name,
            label=words(raw.get(f"{side}Label")) or name.capitalize(),
            options=read_options(raw.get(f"{side}Options"), f"{place}.{side}Options", notes),
            is_refreshable=bool(raw.get(f"{side}Resource")),
        )
        for side, name in zip(("key", "value"), _keys(raw), strict=True)
    )


def _rows(raw: Document, place: str, notes: Notes) -> tuple[Column, ...]:
    for key in ("optionsMap", "columns"):
        if raw.get(key):
            return read_columns(raw[key], f"{place}.{key}", notes)
    return _pairs(raw, place, notes)


def _table(raw: Document, place: str, notes: Notes) -> tuple[Column, ...]:
    return read_columns(raw.get("optionsMap"), f"{place}.optionsMap", notes)


def _fixed(**labels: str) -> _Read:
    """Columns that a type always has; their ids are the keywords."""

    def read(raw: Document, place: str, notes: Notes) -> tuple[Column, ...]:  # noqa: ARG001
        return tuple(
            Column(name, label, _FIXED_TYPES.get(name, TEXT)) for name, label in labels.items()
        )

    return read


_FIXED_TYPES = dict.fromkeys(("column", "startPosition", "endPosition", "length"), NUMBER)

_COLUMNS: Mapping[str, _Read] = {
    "staticMapWidget": _static_map,
    "staticMap": _rows,
    "keyvalue": _pairs,
    "subsidiaryMapWidget": _table,
    "csvColumnMapper": _fixed(
        fieldName="Field",
        column="Column number",
        columnName="Column name",
        regexExpression="Regular expression",
    ),
    "trueFixedWidthColumnMapper": _fixed(
        fieldName="Field",
        startPosition="Start",
        endPosition="End",
        length="Length",
        regexExpression="Regular expression",
    ),
    "xmlMapper": _fixed(fieldName="Field", path="Path", regexExpression="Regular expression"),
}
