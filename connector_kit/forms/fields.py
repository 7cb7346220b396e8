"""A field of a form, whichever framework's document it comes from."""

from dataclasses import dataclass, field
from typing import Any

from connector_kit.documents import Document, Json
from connector_kit.documents.redaction import is_secret_key
from connector_kit.forms.field_types import TEXT, FieldType
from connector_kit.forms.rules import NO_RULES, Ruling


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
    type: FieldType = TEXT
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
    """Further requirements of a value, by the name of the check (settings-forms.md#45)."""
    is_refreshable: bool = False
    """Whether there is a button that asks ``refreshMetadata`` for other options."""
    posts_back: bool = False
    """Whether every change asks ``refreshMetadata`` for what it means for other fields."""
    refreshed_by: tuple[str, ...] = ()
    """Ids of fields whose change means other options for this one."""
    raw: Document = field(default_factory=dict, repr=False)
    """The field as the document has it, including what no attribute here covers."""

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
        """Whether its value is always masked: because it is declared so, or because of its name.

        ``inputType`` is ``password`` if the author says yes, ``text`` if the author says no.
        """
        if not self.type.may_be_secret:
            return False
        kind = self.raw.get("inputType")
        return kind == "password" or (kind != "text" and is_secret_key(self.name))

    @property
    def maximum_length(self) -> int | None:
        """How many characters a text may have, None without a limit."""
        length = self.raw.get("maxLength")
        return length if isinstance(length, int) and not isinstance(length, bool) else None
