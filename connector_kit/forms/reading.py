"""Read the documents of both frameworks, without assuming that they are valid.

A document from elsewhere is shown as well as possible; anything unusual in it is noted and never
raises.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from connector_kit.documents import Document, Json
from connector_kit.forms.field_types import CHECKBOX, MULTISELECT, NUMBER, SELECT, TEXT, TEXTAREA
from connector_kit.forms.fields import Column, Option
from connector_kit.forms.values import text_of


@dataclass
class Notes:
    """What is unusual about a document, in words, each with the place."""

    found: list[str] = field(default_factory=list)

    def add(self, place: str, message: str) -> None:
        """Note what is unusual at *place*, once."""
        note = f"{place}: {message}" if place else message
        if note not in self.found:
            self.found.append(note)

    def __iter__(self) -> Iterator[str]:
        """Yield what was noted, in order."""
        return iter(self.found)


def words(value: Json) -> str:
    """Return *value* when it is text (numbers are), else nothing."""
    if isinstance(value, str):
        return value
    return text_of(value) if isinstance(value, int | float) and not _is_flag(value) else ""


def flag(value: Json) -> bool:
    """Tell whether *value* is true, also when it was written as text."""
    return value in ("true", "True", "yes", 1) if not _is_flag(value) else value


def objects(value: Json, place: str, notes: Notes) -> list[Document]:
    """Return the objects in a list; notes what else is there."""
    if value is None:
        return []
    if not isinstance(value, list):
        notes.add(place, f"It must be a list, not {sort_of(value)}.")
        return [value] if isinstance(value, dict) and value else []
    for n, item in enumerate(value):
        if not isinstance(item, dict):
            notes.add(f"{place}[{n}]", f"It must be an object, not {sort_of(item)}.")
    return [item for item in value if isinstance(item, dict)]


def sort_of(value: Json) -> str:
    """Return what kind of JSON *value* is, in words."""
    if value is None:
        return "null"
    return _SORTS.get(type(value), "something else")


_SORTS = {bool: "true or false", int: "a number", float: "a number", str: "text"} | {
    list: "a list",
    dict: "an object",
}


def read_options(value: Json, place: str, notes: Notes) -> tuple[Option, ...]:
    """Return options however they are written: pairs, objects, words, or items of a group."""
    if value is None:
        return ()
    if isinstance(value, dict):
        value = value["items"] if "items" in value else [[key, text] for key, text in value.items()]
    if not isinstance(value, list):
        notes.add(place, f"The options must be a list, not {sort_of(value)}.")
        return ()
    options: list[Option] = []
    for n, item in enumerate(value):
        match item:
            case {"items": items}:
                options += read_options(items, f"{place}[{n}].items", notes)
            case [option, label, *_]:
                options.append(Option(option, words(label) or text_of(option)))
            case [option]:
                options.append(Option(option, text_of(option)))
            case {"value": option} | {"id": option}:
                labels = (words(item.get(key)) for key in ("label", "text", "name"))
                options.append(Option(option, next(filter(None, labels), text_of(option))))
            case str() | int() | float():
                options.append(Option(item, text_of(item)))
            case _:
                notes.add(f"{place}[{n}]", f"{sort_of(item).capitalize()} is not an option.")
    return tuple(options)


COLUMN_TYPES = {
    "select": SELECT,
    "autosuggest": SELECT,
    "multiselect": MULTISELECT,
    "checkbox": CHECKBOX,
    "number": NUMBER,
    "textarea": TEXTAREA,
}
"""What columns of tables are shown as; all others are text."""


def read_columns(value: Json, place: str, notes: Notes) -> tuple[Column, ...]:
    """Return the columns of a table (``optionsMap``), each known by its ``id``."""
    columns: dict[str, Column] = {}
    for n, object_ in enumerate(objects(value, place, notes)):
        identity = words(object_.get("id")) or words(object_.get("name"))
        if not identity or identity in columns:
            notes.add(f"{place}[{n}]", "Each column needs its own id.")
            continue
        is_long = flag(object_.get("multiline"))
        kind = COLUMN_TYPES.get(words(object_.get("type")), TEXT)
        columns[identity] = Column(
            id=identity,
            label=words(object_.get("name")) or words(object_.get("label")) or identity,
            type=TEXTAREA if is_long and kind is TEXT else kind,
            required=flag(object_.get("required")),
            options=read_options(object_.get("options"), f"{place}[{n}].options", notes),
            is_refreshable=flag(object_.get("supportsRefresh")),
        )
    return tuple(columns.values())


def _is_flag(value: Json) -> bool:
    return isinstance(value, bool)
