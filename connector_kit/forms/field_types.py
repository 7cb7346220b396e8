"""The types of fields: one class each says how a value is read, what is wrong with it, and more.

A new type is a class here and a row in `TYPES`; a class of `blueprint.settings` for authors to
declare it by; and, where none of the controls of `settings_ui.forms` fits, one of those.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, ClassVar

from connector_kit.documents import Json
from connector_kit.forms.checks import number_of
from connector_kit.forms.dates import day_of, iso_date, iso_moment
from connector_kit.forms.values import alike, is_empty, is_true, plain, text_of

if TYPE_CHECKING:
    from connector_kit.forms.fields import Field, Option


class FieldType:
    """What a field is shown as, and so what its value looks like. Each has one instance, below."""

    name: ClassVar[str]
    """What the kit's own API calls it."""
    words: ClassVar[tuple[str, ...]] = ()
    """What documents of either framework call it: each passes the other's words on
    (protocol/settings-forms.md#16-field-types, #42-fieldmap)."""
    has_value: ClassVar[bool] = True
    """Whether a field of the type is sent."""
    has_rows: ClassVar[bool] = False
    """Whether the value is made of rows that have columns."""
    is_choice: ClassVar[bool] = False
    """Whether the value is one of the options."""
    is_many: ClassVar[bool] = False
    """Whether several values are chosen among the options."""
    is_date: ClassVar[bool] = False
    may_be_secret: ClassVar[bool] = False
    """Whether the user types the value, so that it may be a secret."""
    takes_lists: ClassVar[bool] = False
    """Whether a list that was sent is the value, and not what browsers make of a single one."""
    examples: ClassVar[tuple[Json, ...] | None] = None
    """Some values, where these are the same for all fields of the type."""
    is_sent_empty: ClassVar[bool] = True
    """Whether browsers send the field even if nothing is entered."""

    def clean(self, field: Field, value: Any) -> Json:
        """Return *value*, as it was sent, as one of the type; unchanged where it is none."""
        return value

    def emptied(self, value: Json) -> Json:
        """Return what an empty *value* is saved as."""
        return None

    def is_empty(self, value: Json) -> bool:
        """Tell whether *value* is empty."""
        return is_empty(value)

    def compared(self, value: Json) -> Json:
        """Return *value* as rules see it."""
        return value

    def fault(self, field: Field, value: Json) -> str | None:
        """Return what is wrong with a *value* that is not empty, None when it is of the type."""
        raise NotImplementedError

    def samples(self, field: Field, words: Iterable[Json] = ()) -> list[Json]:
        """Return some values of *field*: all of its options, where these are known.

        *words* are values or keys that matter to the caller; they are among the samples as far as
        people could enter them. What may be anything has texts, numbers, lists, and objects.
        """
        if self.examples is not None:
            return list(self.examples)
        whole: dict[str, Json] = {"a": "b", **{str(word): "a" for word in words}}
        return ["a", 1, True, [whole], whole]


class Text(FieldType):
    """A line of text; a list of texts where the field names a delimiter."""

    name = "text"
    words: ClassVar[tuple[str, ...]] = ("", "text", "input", "relativeuri", "netsuitelookup")
    may_be_secret = True
    takes_lists = True

    def clean(self, field: Field, value: Any) -> Json:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = text_of(value)
        delimiter = field.raw.get("delimiter")
        if isinstance(value, str) and isinstance(delimiter, str) and delimiter:
            return [_trimmed(field, part) for part in value.split(delimiter)] if value else []
        if isinstance(value, list):
            is_list = isinstance(delimiter, str) and delimiter
            return value if is_list else (value[-1] if value else None)
        return _trimmed(field, value)

    def emptied(self, value: Json) -> Json:
        return value

    def fault(self, field: Field, value: Json) -> str | None:
        if isinstance(value, list) and field.raw.get("delimiter"):
            return None if all(isinstance(part, str) for part in value) else "Enter text values"
        if not isinstance(value, str):
            return "Enter text"
        limit = field.maximum_length
        return (
            f"Enter at most {limit} characters"
            if limit is not None and len(value) > limit
            else None
        )

    def samples(self, field: Field, words: Iterable[Json] = ()) -> list[Json]:
        return ["a", "b", "", *(word if isinstance(word, str) else str(word) for word in words)]


class TextArea(Text):
    """Text of several lines."""

    name = "textarea"
    words = ("textarea",)
    takes_lists = False

    def clean(self, field: Field, value: Any) -> Json:
        return _trimmed(field, value)


class Number(FieldType):
    """A number; what the form engine's number field makes of it (settings-forms.md#42-fieldmap)."""

    name = "number"
    words = ("number",)
    may_be_secret = True

    def clean(self, field: Field, value: Any) -> Json:
        if isinstance(value, str):
            text = value.strip()
            if not text:
                return None
            try:
                value = int(text) if text.lstrip("+-").isdecimal() else float(text)
            except ValueError:
                return value
        is_clamped = field.raw.get("inputType") == "number"
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return 0 if is_clamped and is_number and value < 0 else value

    def fault(self, field: Field, value: Json) -> str | None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number and isfinite(value) else "Value must be a number"

    def samples(self, field: Field, words: Iterable[Json] = ()) -> list[Json]:
        return [1, 2.5, *filter(None, map(number_of, words))]


class Checkbox(FieldType):
    """True or false."""

    name = "checkbox"
    words = ("checkbox",)
    examples = (True, False)
    is_sent_empty = False

    def clean(self, field: Field, value: Any) -> Json:
        return is_true(value) if isinstance(value, str | int | None) else value

    def emptied(self, value: Json) -> Json:
        return False

    def compared(self, value: Json) -> Json:
        return is_true(value)

    def fault(self, field: Field, value: Json) -> str | None:
        return None if isinstance(value, bool) else "Select or clear the checkbox"


class Select(FieldType):
    """One of the options, by its value; ``{id, label}`` where the field wants labels."""

    name = "select"
    words: ClassVar[tuple[str, ...]] = ("select", "refreshableselect", "exportSelect")
    is_choice = True

    def clean(self, field: Field, value: Any) -> Json:
        if isinstance(value, str) and field.wants_label and value.startswith("{"):
            value = _parsed(value)
        chosen = _chosen(field, plain(value))
        if not field.wants_label:
            is_none = chosen is None and value in (None, "")
            return None if is_none else _value_of(chosen, plain(value))
        if chosen is not None:
            return {"id": chosen.value, "label": chosen.label}
        return value if isinstance(value, dict) else None if is_empty(value) else value

    def compared(self, value: Json) -> Json:
        return plain(value)

    def fault(self, field: Field, value: Json) -> str | None:
        is_whole = isinstance(value, dict) and "id" in value
        is_fine = is_whole if field.wants_label else not isinstance(value, dict | list)
        return None if is_fine else "Choose one of the options"

    def samples(self, field: Field, words: Iterable[Json] = ()) -> list[Json]:
        options = _options(field, words)
        return [{"id": value, "label": "a"} for value in options] if field.wants_label else options


class Radio(Select):
    """One of a few options, all of them shown."""

    name = "radio"
    words: ClassVar[tuple[str, ...]] = ("radio", "radiogroup")


class Toggle(Radio):
    """One of two or three options, side by side."""

    name = "toggle"
    words = ("toggle",)


class MultiSelect(FieldType):
    """A list of options' values."""

    name = "multiselect"
    words = ("multiselect",)
    is_many = True
    takes_lists = True
    is_sent_empty = False

    def clean(self, field: Field, value: Any) -> Json:
        delimiter = field.raw.get("valueDelimiter")
        if isinstance(value, str) and isinstance(delimiter, str) and delimiter:
            value = value.split(delimiter) if value else []
        if is_empty(value):
            return []
        listed = value if isinstance(value, list | tuple) else [value]
        return [_value_of(_chosen(field, item), item) for item in map(plain, listed) if item != ""]

    def emptied(self, value: Json) -> Json:
        return []

    def fault(self, field: Field, value: Json) -> str | None:
        return None if isinstance(value, list) else "Choose from the options"

    def samples(self, field: Field, words: Iterable[Json] = ()) -> list[Json]:
        return [[], *([value] for value in _options(field, words))]


class Date(FieldType):
    """A day, as ISO text."""

    name = "date"
    words = ("date",)
    examples = ("2026-01-31", "2026-02-01")
    is_date = True

    def clean(self, field: Field, value: Any) -> Json:
        return (iso_date(value) or value) if isinstance(value, str) and value else value

    def fault(self, field: Field, value: Json) -> str | None:
        is_date = isinstance(value, str) and day_of(value) is not None
        return None if is_date else "Enter a date, such as 2026-01-31"


class DateTime(Date):
    """A moment, as ISO text."""

    name = "datetime"
    words = ("datetime",)
    examples = ("2026-01-31T00:00:00.000Z", "2026-02-01T00:00:00.000Z")

    def clean(self, field: Field, value: Any) -> Json:
        return (iso_moment(value) or value) if isinstance(value, str) and value else value


class File(FieldType):
    """``{name, size, type}``, or the key under which the file was uploaded."""

    name = "file"
    words = ("file", "uploadfile")
    examples = tuple(
        {"name": text, "size": 1, "type": "csv", "content": text, "rowDelimiter": "\n"}
        for text in ("a", "b")
    )

    def fault(self, field: Field, value: Json) -> str | None:
        return None if isinstance(value, dict | str) else "Choose a file"


class Editor(FieldType):
    """Text, or JSON where `Field.is_json`."""

    name = "editor"
    words = ("editor",)
    may_be_secret = True
    takes_lists = True

    def clean(self, field: Field, value: Any) -> Json:
        return _parsed(value) if isinstance(value, str) and field.is_json else value

    def emptied(self, value: Json) -> Json:
        return value

    def fault(self, field: Field, value: Json) -> str | None:
        if field.is_json:
            return "Enter valid JSON" if isinstance(value, str) else None
        return None if isinstance(value, str) else "Enter text"


class Structure(FieldType):
    """An object or a list, which comes from browsers as JSON in a text."""

    def clean(self, field: Field, value: Any) -> Json:
        return _parsed(value) if isinstance(value, str) else value


class Items(Structure):
    """A list of anything."""

    takes_lists = True

    def emptied(self, value: Json) -> Json:
        return []

    def fault(self, field: Field, value: Json) -> str | None:
        return None if isinstance(value, list) else "Enter a list"


class Table(Items):
    """A list of rows, each an object by column id."""

    name = "table"
    words = (
        *("keyvalue", "staticMap", "subsidiaryMapWidget"),
        *("csvColumnMapper", "trueFixedWidthColumnMapper"),
    )
    has_rows = True

    def clean(self, field: Field, value: Any) -> Json:
        rows = super().clean(field, value)
        if isinstance(rows, dict) and isinstance(rows.get("value"), list) and len(rows) == 1:
            return rows["value"]
        return rows

    def fault(self, field: Field, value: Json) -> str | None:
        is_fine = isinstance(value, list) and all(isinstance(row, dict) for row in value)
        return None if is_fine else "Enter rows with columns"

    def samples(self, field: Field, words: Iterable[Json] = ()) -> list[Json]:
        keys = {*(column.id for column in field.columns), *map(str, words)} or {"key", "value"}
        row: dict[str, Json] = dict.fromkeys(sorted(keys), "a")
        return [[], [row]]


class StaticMap(FieldType):
    """``{map: {extract: generate}, default, allowFailures}``; two columns."""

    name = "staticMap"
    words = ("staticMapWidget",)
    examples = tuple(
        {"map": {key: "b"}, "default": key, "allowFailures": True} for key in ("a", "b")
    )
    has_rows = True

    def clean(self, field: Field, value: Any) -> Json:
        saved = _parsed(value) if isinstance(value, str) else value
        if not isinstance(saved, dict) or not isinstance(saved.get("map", {}), dict):
            return saved
        return {
            "map": saved.get("map", {}),
            "default": saved.get("default"),
            "allowFailures": is_true(saved.get("allowFailures")),
        }

    def is_empty(self, value: Json) -> bool:
        if not isinstance(value, dict):
            return is_empty(value)
        return not value.get("map") and is_empty(value.get("default"))

    def fault(self, field: Field, value: Json) -> str | None:
        pairs = value.get("map") if isinstance(value, dict) else None
        is_fine = isinstance(pairs, dict) and not any(
            isinstance(item, dict | list) for item in pairs.values()
        )
        return None if is_fine else "Enter a map of values"


class Xml(Structure):
    """``{path, value}``, the value a list of rows."""

    name = "xml"
    words = ("xmlMapper",)
    has_rows = True

    def is_empty(self, value: Json) -> bool:
        if not isinstance(value, dict):
            return is_empty(value)
        return is_empty(value.get("path")) and is_empty(value.get("value"))

    def fault(self, field: Field, value: Json) -> str | None:
        if not isinstance(value, dict) or not isinstance(value.get("path") or "", str):
            return "Enter a path and rows"
        return TABLE.fault(field, value.get("value") or [])

    def samples(self, field: Field, words: Iterable[Json] = ()) -> list[Json]:
        return [{"path": "/a", "value": rows} for rows in TABLE.samples(field, words)]


class Matching(Items):
    """A list of ``{accountType, matched, partiallyMatched, potentiallyMatched}``."""

    name = "matching"
    words = ("matchingCriteria",)


class Names(Items):
    """A list of field names of Salesforce."""

    name = "names"
    words = ("referencedFieldsDialog",)


class Related(Items):
    """A list of related lists of Salesforce."""

    name = "related"
    words = ("relatedListsDialog",)


class Expression(FieldType):
    """A filter of NetSuite or Salesforce, as text or list."""

    name = "expression"
    words = ("expression",)
    takes_lists = True

    def emptied(self, value: Json) -> Json:
        return value

    def fault(self, field: Field, value: Json) -> str | None:
        return None if isinstance(value, str | list) else "Enter an expression"


class Label(FieldType):
    """Text that is only shown."""

    name = "label"
    words = ("labeltitle", "labelvalue", "link")
    examples = ()
    has_value = False


TEXT, TEXTAREA, NUMBER, CHECKBOX = Text(), TextArea(), Number(), Checkbox()
SELECT, RADIO, TOGGLE, MULTISELECT = Select(), Radio(), Toggle(), MultiSelect()
DATE, DATETIME, FILE, EDITOR = Date(), DateTime(), File(), Editor()
TABLE, STATIC_MAP, XML, MATCHING = Table(), StaticMap(), Xml(), Matching()
NAMES, RELATED, EXPRESSION, LABEL = Names(), Related(), Expression(), Label()

TYPES = (
    *(TEXT, TEXTAREA, NUMBER, CHECKBOX, SELECT, RADIO, TOGGLE, MULTISELECT),
    *(DATE, DATETIME, FILE, EDITOR, TABLE, STATIC_MAP, XML, MATCHING),
    *(NAMES, RELATED, EXPRESSION, LABEL),
)

BY_WORD: Mapping[str, FieldType] = {word: kind for kind in TYPES for word in kind.words}


def _trimmed(field: Field, value: Any) -> Json:
    if not isinstance(value, str):
        return value
    if field.raw.get("trimValue"):
        value = value.strip()
    return value.upper() if field.raw.get("uppercase") else value


def _chosen(field: Field, value: Json) -> Option | None:
    return next((option for option in field.options if alike(option.value, value)), None)


def _value_of(chosen: Option | None, value: Json) -> Json:
    return value if chosen is None else chosen.value


def _options(field: Field, words: Iterable[Json]) -> list[Json]:
    """The values of the options, or what they might be where a function knows them."""
    is_known = field.options and not field.is_refreshable
    return [option.value for option in field.options] if is_known else ["a", 1, *words]


def _parsed(text: str) -> Json:
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        return text
