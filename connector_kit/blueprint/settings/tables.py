"""Settings that are rows of columns, or maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Unpack

from connector_kit.blueprint.settings.bindings import Way, merged
from connector_kit.blueprint.settings.options import (
    Options,
    option_pairs,
    text_items,
    without_empty,
)
from connector_kit.blueprint.settings.setting import OptionsFunction, Setting, SettingFields
from connector_kit.documents import Document, Json


class KeyValue(Setting):
    """Rows of a key and a value."""

    one = two = "keyvalue"

    def __init__(
        self,
        label: str,
        *,
        key_name: str = "key",
        value_name: str = "value",
        **more: Unpack[SettingFields],
    ) -> None:
        super().__init__(label, **more)
        self.names = (key_name, value_name)

    def start(self) -> Json:
        """Return the default: no rows."""
        return [] if self.default is None else self.default

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the columns."""
        key, value = self.names
        return {"keyName": key, "valueName": value, "showDelete": True}


class StaticMap(Setting):
    """A map of values, and how to treat those that are not in it.

    The value is ``{"map": {…}, "default": …, "allowFailures": …}``; *default* may be the pairs
    alone. It is written beside what the document has there, as lookups of imports want it. Either
    side's options may come from a function. Forms of 2.0 have `KeyValue` and `as_map` for it.
    """

    one: ClassVar[str | None] = "staticMapWidget"
    two: ClassVar[str | None] = None

    def __init__(
        self,
        label: str,
        *,
        extracts: Options | OptionsFunction = (),
        generates: Options | OptionsFunction = (),
        extract_label: str = "Export field value",
        generate_label: str = "Import field value",
        fixed_fallback: bool = False,
        **more: Unpack[SettingFields],
    ) -> None:
        super().__init__(label, **more)
        self.sides = {"extracts": extracts, "generates": generates}
        self.labels = (extract_label, generate_label)
        self.fixed_fallback = fixed_fallback

    def start(self) -> Json:
        """Return the default as it is saved."""
        default: Any = self.default or {}
        value = default if isinstance(default, Mapping) and "map" in default else {"map": default}
        return {"default": None, "allowFailures": False, **value}

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return both columns."""
        extract, generate = self.labels
        refreshed = self.functions()
        return {
            "extracts": self._options("extracts"),
            "generates": self._options("generates"),
            "extractFieldHeader": extract,
            "generateFieldHeader": generate,
            **without_empty(
                supportsExtractsRefresh="extracts" in refreshed,
                supportsGeneratesRefresh="generates" in refreshed,
                hideLookupAllowFailures=self.fixed_fallback,
            ),
        }

    def functions(self) -> Mapping[str, OptionsFunction]:
        """Return the functions that know either side's options."""
        return {side: item for side, item in self.sides.items() if callable(item)}

    def way(self) -> Way:
        """Return how maps are written: beside what is there."""
        return merged

    def _options(self, side: str) -> list[Document]:
        options: Any = self.sides[side]
        return [] if callable(options) else text_items(options)


@dataclass(frozen=True)
class Column:
    """A column of a table; *options* make it a select and may come from a function."""

    id: str
    label: str = ""
    required: bool = False
    options: Any = ()
    multiline: bool = False

    def to_json(self) -> Document:
        """Return the column as the page has it (``optionsMap``)."""
        is_select = bool(self.options)
        options = {} if callable(self.options) else {"options": text_items(self.options)}
        return {
            "id": self.id,
            "name": self.label or self.id,
            "type": "select" if is_select else "input",
            "required": self.required,
            **(options if is_select else {}),
            **without_empty(multiline=self.multiline, supportsRefresh=callable(self.options)),
        }


class Table(Setting):
    """Rows of *columns*."""

    one: ClassVar[str | None] = "staticMap"
    two: ClassVar[str | None] = "staticMap"

    def __init__(
        self, label: str, *, columns: Sequence[Column], **more: Unpack[SettingFields]
    ) -> None:
        super().__init__(label, **more)
        self.columns = tuple(columns)

    def start(self) -> Json:
        """Return the default: no rows."""
        return [] if self.default is None else self.default

    def details(self, framework: int) -> Document:
        """Return the columns."""
        key = "optionsMap" if framework == 1 else "columns"
        return {key: [column.to_json() for column in self.columns]}

    def functions(self) -> Mapping[str, OptionsFunction]:
        """Return the functions that know the options of columns."""
        return {column.id: column.options for column in self.columns if callable(column.options)}


class SubsidiaryMap(Table):
    """Rows of accounts by subsidiary of NetSuite."""

    one: ClassVar[str | None] = "subsidiaryMapWidget"
    two: ClassVar[str | None] = None


class _FixedRows(Setting):
    """Rows of columns that the type decides; only pages of 1.0 have them."""

    two: ClassVar[str | None] = None

    def start(self) -> Json:
        """Return the default: no rows."""
        return [] if self.default is None else self.default


class CsvColumns(_FixedRows):
    """The field of each column of a CSV file."""

    one: ClassVar[str | None] = "csvColumnMapper"

    def __init__(
        self, label: str, *, maximum_columns: int | None = None, **more: Unpack[SettingFields]
    ) -> None:
        super().__init__(label, **more)
        self.maximum_columns = maximum_columns

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return how many columns there may be."""
        return without_empty(maxNumberOfColumns=self.maximum_columns)


class FixedWidthColumns(_FixedRows):
    """The field of each range of characters in a line."""

    one: ClassVar[str | None] = "trueFixedWidthColumnMapper"


class XmlPaths(_FixedRows):
    """The path of a record in XML, and of its fields."""

    one: ClassVar[str | None] = "xmlMapper"

    def __init__(self, label: str, *, path: str = "", **more: Unpack[SettingFields]) -> None:
        super().__init__(label, **more)
        self.path = path

    def start(self) -> Json:
        """Return the default: a path without fields."""
        return {"path": self.path, "value": []} if self.default is None else self.default

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the path that is suggested."""
        return {"properties": {"path": self.path}}


class MatchingCriteria(_FixedRows):
    """The criteria for matching records of each type of account."""

    one: ClassVar[str | None] = "matchingCriteria"

    def __init__(
        self,
        label: str,
        *,
        account_types: Options,
        content: Json = None,
        **more: Unpack[SettingFields],
    ) -> None:
        super().__init__(label, **more)
        self.account_types = account_types
        self.content = content

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the types of accounts, label first (settings-forms.md#16-field-types)."""
        pairs = option_pairs(self.account_types)
        return {"accountTypeOptions": [[label, value] for value, label in pairs]} | without_empty(
            content=self.content
        )
