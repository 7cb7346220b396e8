"""A field of a form, whichever framework's document it comes from."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from connector_kit.documents import Document, Json
from connector_kit.documents.redaction import is_secret_key
from connector_kit.forms.rules import NO_RULES, Ruling


class FieldType(StrEnum):
    """What a field is shown as, and so what its value looks like."""

    TEXT = "text"
    """A line of text."""
    NUMBER = "number"
    TEXTAREA = "textarea"
    CHECKBOX = "checkbox"
    """True or false."""
    RADIO = "radio"
    SELECT = "select"
    TOGGLE = "toggle"
    MULTISELECT = "multiselect"
    """A list of options' values."""
    DATE = "date"
    """ISO text, as are moments."""
    DATETIME = "datetime"
    FILE = "file"
    """``{name, size, type}``, or the key under which the file was uploaded."""
    EDITOR = "editor"
    """Text, or JSON where `Field.is_json`."""
    STATIC_MAP = "staticMap"
    """``{map: {extract: generate}, default, allowFailures}``; two columns."""
    TABLE = "table"
    """A list of rows, each an object by column id."""
    XML = "xml"
    """``{path, value}``, the value a list of rows."""
    MATCHING = "matching"
    """A list of ``{accountType, matched, partiallyMatched, potentiallyMatched}``."""
    EXPRESSION = "expression"
    """A filter of NetSuite or Salesforce, as text or list."""
    NAMES = "names"
    """A list of field names of Salesforce."""
    RELATED = "related"
    """A list of related lists of Salesforce."""
    LABEL = "label"
    """Text that is only shown."""

    @property
    def has_value(self) -> bool:
        """Whether a field of the type is sent."""
        return self is not FieldType.LABEL

    @property
    def has_rows(self) -> bool:
        """Whether the value is made of rows that have columns."""
        return self in (FieldType.STATIC_MAP, FieldType.TABLE, FieldType.XML)

    @property
    def is_choice(self) -> bool:
        """Whether the value is one of the options."""
        return self in (FieldType.RADIO, FieldType.SELECT, FieldType.TOGGLE)

    @property
    def is_structured(self) -> bool:
        """Whether the value is an object or a list, other than of options' values."""
        return self.has_rows or self in _STRUCTURED


_STRUCTURED = (FieldType.MATCHING, FieldType.NAMES, FieldType.RELATED)


SECRETIVE = (FieldType.TEXT, FieldType.NUMBER, FieldType.TEXTAREA, FieldType.EDITOR)
"""What somebody types: the types of fields that may hold a secret."""


@dataclass(frozen=True)
class Option:
    """One of the values that may be chosen."""

    value: Json
    label: str


@dataclass(frozen=True)
class Column:
    """A column of a table or of a map."""

    id: str
    label: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    options: tuple[Option, ...] = ()
    is_refreshable: bool = False
    """Whether ``refreshMetadata`` may be asked for other options."""


@dataclass(frozen=True)
class Field:
    """A field of a form.

    *id* is what rules and the layout refer to, *name* the key of the value; in 1.0 they are the
    same. *value* is what the document says, and *default* what it suggests where it says nothing.
    """

    id: str
    name: str
    type: FieldType
    label: str
    help: str = ""
    placeholder: str = ""
    value: Json = None
    default: Json = None
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    required: Ruling = NO_RULES
    visible: Ruling = NO_RULES
    disabled: Ruling = NO_RULES
    removed: Ruling = NO_RULES
    checks: Document = field(default_factory=dict)
    """What a value has to be besides, by the name of the check (settings-forms.md#45)."""
    is_refreshable: bool = False
    """Whether there is a button that asks ``refreshMetadata`` for other options."""
    posts_back: bool = False
    """Whether every change asks ``refreshMetadata`` for what it means for other fields."""
    refreshed_by: tuple[str, ...] = ()
    """Ids of fields whose change means other options for this one."""
    raw: Document = field(default_factory=dict, repr=False)
    """The field as the document has it, with what no attribute here stands for."""

    @property
    def start(self) -> Json:
        """What the field shows when it is opened."""
        return self.default if self.value is None else self.value

    @property
    def wants_label(self) -> bool:
        """Whether the value of the select is ``{id, label}`` (settings-forms.md#15-field)."""
        properties = self.raw.get("properties")
        wanted: Any = isinstance(properties, dict) and properties.get("yieldValueAndLabel")
        return bool(wanted)

    @property
    def is_json(self) -> bool:
        """Whether an editor's value is JSON rather than text."""
        is_object = isinstance(self.start, dict | list)
        return self.raw.get("saveMode") == "json" or (self.raw.get("mode") == "json" and is_object)

    @property
    def is_secret(self) -> bool:
        """Whether its value is masked at every door: declared so, or by what it is called.

        ``inputType`` is ``password`` where the author says yes, ``text`` where he says no.
        """
        if self.type not in SECRETIVE:
            return False
        kind = self.raw.get("inputType")
        return kind == "password" or (kind != "text" and is_secret_key(self.name))

    @property
    def is_many(self) -> bool:
        """Whether several values are chosen among the options."""
        return self.type is FieldType.MULTISELECT

    @property
    def maximum_length(self) -> int | None:
        """How many characters a text may have, None without a limit."""
        length = self.raw.get("maxLength")
        return length if isinstance(length, int) and not isinstance(length, bool) else None
