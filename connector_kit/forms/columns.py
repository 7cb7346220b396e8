"""The columns of tables and maps, which each type of both frameworks describes in its own way."""

from collections.abc import Mapping

from connector_kit.documents import Document, Json
from connector_kit.forms.field_types import NUMBER, TEXT
from connector_kit.forms.fields import Column
from connector_kit.forms.reading import Notes, flag, read_columns, read_options, words


def columns_of(raw: Document, place: str, notes: Notes) -> tuple[Column, ...]:
    """Return the columns of the field *raw*; none when its type has none."""
    match words(raw.get("type")):
        case "staticMapWidget":
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
        case "staticMap" if key := next(filter(raw.get, ("optionsMap", "columns")), None):
            return read_columns(raw[key], f"{place}.{key}", notes)
        case "staticMap" | "keyvalue":
            return tuple(
                Column(
                    id=name,
                    label=words(raw.get(f"{side}Label")) or name.capitalize(),
                    options=read_options(
                        raw.get(f"{side}Options"), f"{place}.{side}Options", notes
                    ),
                    is_refreshable=bool(raw.get(f"{side}Resource")),
                )
                for side, name in zip(("key", "value"), _keys(raw), strict=True)
            )
        case "subsidiaryMapWidget":
            return read_columns(raw.get("optionsMap"), f"{place}.optionsMap", notes)
        case word:
            return _FIXED.get(word, ())


def rows_of(raw: Document, value: Json) -> Json:
    """Return the rows, or the map, that the field *raw* holds, under whichever key."""
    word = words(raw.get("type"))
    if word == "staticMapWidget":
        # What is saved is read from keys of its own (settings-forms.md#16-field-types). A `value`
        # that was saved and not spread over those keys says the same.
        saved = value if isinstance(value, dict) and "map" in value else raw
        pairs = saved.get("map")
        return {
            "map": pairs if isinstance(pairs, dict) else {},
            "default": saved.get("default"),
            "allowFailures": flag(saved.get("allowFailures")),
        }
    rows = value if value is not None else raw.get("map")
    if isinstance(rows, dict) and set(rows) == {"value"}:
        rows = rows["value"]
    if isinstance(rows, dict) and word == "staticMap":
        key, kept = _keys(raw)
        return [{key: extract, kept: generate} for extract, generate in rows.items()]
    return rows


def _keys(raw: Document) -> tuple[str, str]:
    return words(raw.get("keyName")) or "key", words(raw.get("valueName")) or "value"


def _columns(**labels: str) -> tuple[Column, ...]:
    """Columns that a type always has; their ids are the keywords."""
    numbers = ("column", "startPosition", "endPosition", "length")
    return tuple(
        Column(name, label, NUMBER if name in numbers else TEXT) for name, label in labels.items()
    )


_FIXED: Mapping[str, tuple[Column, ...]] = {
    "csvColumnMapper": _columns(
        fieldName="Field",
        column="Column number",
        columnName="Column name",
        regexExpression="Regular expression",
    ),
    "trueFixedWidthColumnMapper": _columns(
        fieldName="Field",
        startPosition="Start",
        endPosition="End",
        length="Length",
        regexExpression="Regular expression",
    ),
    "xmlMapper": _columns(fieldName="Field", path="Path", regexExpression="Regular expression"),
}
