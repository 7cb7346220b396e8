"""The types of settings: those of both frameworks' forms (settings-forms.md#16, #42)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from connector_kit.blueprint.components import Ref
from connector_kit.blueprint.documents import Document, Json
from connector_kit.blueprint.settings.bindings import Way, merged
from connector_kit.blueprint.settings.setting import OptionsFunction, Setting

Options = Iterable[Any] | Mapping[Any, str]
"""Values, pairs of value and label, or labels by value."""


def option_pairs(options: Options) -> list[tuple[Json, str]]:
    """Return *options* as pairs of value and label."""
    if isinstance(options, Mapping):
        return [(value, str(label)) for value, label in options.items()]
    return [
        (each[0], str(each[1])) if isinstance(each, list | tuple) else (each, str(each))
        for each in options
    ]


def _items(options: Options) -> list[Document]:
    return [{"label": label, "value": value} for value, label in option_pairs(options)]


def _texts(options: Options) -> list[Document]:
    return [{"id": value, "text": label} for value, label in option_pairs(options)]


def _given(**keys: Json) -> Document:
    """Keys that say something."""
    return {key: value for key, value in keys.items() if value not in (None, "", False)}


class Text(Setting):
    """A line of text; with *delimiter* it is split into a list."""

    one = "input"
    two = "text"

    def __init__(
        self,
        label: str,
        *,
        min_length: int | None = None,
        max_length: int | None = None,
        pattern: str = "",
        pattern_message: str = "",
        trim: bool = False,
        uppercase: bool = False,
        delimiter: str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.lengths = (min_length, max_length)
        self.pattern = pattern
        self.pattern_message = pattern_message
        self.trim = trim
        self.uppercase = uppercase
        self.delimiter = delimiter

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return what is done with the text before it is saved."""
        keys = _given(
            maxLength=self.lengths[1],
            trimValue=self.trim,
            uppercase=self.uppercase,
            delimiter=self.delimiter,
        )
        return keys

    def checks(self) -> Document:
        """Return how long the text is to be, and what it has to look like."""
        least, most = self.lengths
        checks: Document = {}
        if least is not None:
            message = f"At least {least} characters"
            checks["lengthIsGreaterThan"] = {"length": least - 1, "message": message}
        if most is not None:
            message = f"At most {most} characters"
            checks["lengthIsLessThan"] = {"length": most + 1, "message": message}
        if self.pattern:
            checks["matchesRegEx"] = {
                "pattern": self.pattern,
                **_given(message=self.pattern_message),
            }
        return checks


class TextArea(Text):
    """Text of several lines."""

    one = two = "textarea"


class Number(Setting):
    """A number; without a *minimum* below zero the form makes negative input 0."""

    one = two = "text"

    def __init__(
        self,
        label: str,
        *,
        minimum: float | None = None,
        maximum: float | None = None,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.range = (minimum, maximum)

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return what makes the text a number: the form engine's own field knows none below 0."""
        least = self.range[0]
        is_positive = least is None or least >= 0
        return {"inputType": "number"} if is_positive else {"valueType": "number"}

    def checks(self) -> Document:
        """Return the range."""
        least, most = self.range
        if least is None and most is None:
            return {}
        bounds = {"min": least, "max": most}
        given = {key: each for key, each in bounds.items() if each is not None}
        return {"fallsWithinNumericalRange": given}


class Checkbox(Setting):
    """Yes or no; no until the customer, or *default*, says yes."""

    one = two = "checkbox"

    def start(self) -> Json:
        """Return the default: a box that nobody checked is not checked."""
        return False if self.default is None else self.default

    def known_values(self) -> Sequence[Json]:
        """Return both."""
        return (True, False)


class Choice(Setting):
    """One of *options*, or of those that a function of the author's knows."""

    def __init__(self, label: str, *, options: Options | OptionsFunction = (), **more: Any) -> None:
        super().__init__(label, **more)
        self.options_function = options if callable(options) else None
        self.options: Any = () if callable(options) else options

    def details(self, framework: int) -> Document:
        """Return the options."""
        refresh = {"supportsRefresh": True} if self.options_function else {}
        if framework == 1:
            return {"options": [list(each) for each in option_pairs(self.options)], **refresh}
        return {"options": [{"items": _items(self.options)}], **refresh}

    def known_values(self) -> Sequence[Json] | None:
        """Return the values of the options, if all of them are known."""
        if self.options_function:
            return None
        return [value for value, _ in option_pairs(self.options)]

    def functions(self) -> Mapping[str, OptionsFunction]:
        """Return the function that knows the options."""
        return {"": self.options_function} if self.options_function else {}


class Select(Choice):
    """One of several options; with *with_label* the value is ``{"id", "label"}``."""

    one = two = "select"

    def __init__(self, label: str, *, with_label: bool = False, **more: Any) -> None:
        super().__init__(label, **more)
        self.with_label = with_label

    def details(self, framework: int) -> Document:
        """Return the options, and whether labels are wanted."""
        wanted = {"properties": {"yieldValueAndLabel": True}} if self.with_label else {}
        return {**super().details(framework), **wanted}


class RadioGroup(Choice):
    """One of a few options, all of them shown."""

    one = "radio"
    two = "radiogroup"


class Toggle(Choice):
    """One of two or three options, side by side."""

    one = two = "toggle"

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the options as toggles want them: a flat list."""
        return {"options": _items(self.options)}


class MultiSelect(Choice):
    """Any number of options; with *delimiter* the list is saved as one text."""

    one = two = "multiselect"

    def __init__(self, label: str, *, delimiter: str = "", **more: Any) -> None:
        super().__init__(label, **more)
        self.delimiter = delimiter

    def start(self) -> Json:
        """Return the default: nothing is chosen until somebody does."""
        return [] if self.default is None else self.default

    def details(self, framework: int) -> Document:
        """Return the options, and how they are joined."""
        return {**super().details(framework), **_given(valueDelimiter=self.delimiter)}


class Date(Setting):
    """A day, as ISO text."""

    one = two = "date"

    def __init__(self, label: str, *, not_in_future: bool = False, **more: Any) -> None:
        super().__init__(label, **more)
        self.not_in_future = not_in_future

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return which days are possible; ISO text is wanted in either framework."""
        return {"skipTimezoneConversion": True} | _given(doNotAllowFutureDates=self.not_in_future)


class DateTime(Date):
    """A moment, as ISO text."""

    one = two = "datetime"


class Editor(Setting):
    """Text of a format (*mode* ``json``, ``xml``, ``csv``, ``text``); JSON may be saved parsed."""

    one = two = "editor"

    def __init__(
        self, label: str, *, mode: str = "text", parsed: bool = False, **more: Any
    ) -> None:
        super().__init__(label, **more)
        self.mode = mode
        self.parsed = parsed

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the format."""
        return {"mode": self.mode} | ({"saveMode": "json"} if self.parsed else {})


class KeyValue(Setting):
    """Rows of a key and a value."""

    one = two = "keyvalue"

    def __init__(
        self, label: str, *, key_name: str = "key", value_name: str = "value", **more: Any
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
    """A map of values, with what becomes of those that are not in it.

    The value is ``{"map": {…}, "default": …, "allowFailures": …}``; *default* may be the pairs
    alone. It is written beside what the document has there, as lookups of imports want it. Either
    side's options may come from a function.
    """

    one = "staticMapWidget"
    two = "staticMap"

    def __init__(
        self,
        label: str,
        *,
        extracts: Options | OptionsFunction = (),
        generates: Options | OptionsFunction = (),
        extract_label: str = "Export field value",
        generate_label: str = "Import field value",
        fixed_fallback: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.sides = {"extracts": extracts, "generates": generates}
        self.labels = (extract_label, generate_label)
        self.fixed_fallback = fixed_fallback

    def start(self) -> Json:
        """Return the default as it is saved."""
        given: Any = self.default or {}
        value = given if isinstance(given, Mapping) and "map" in given else {"map": given}
        return {"default": None, "allowFailures": False, **value}

    def details(self, framework: int) -> Document:
        """Return both columns."""
        extract, generate = self.labels
        if framework != 1:
            return {
                "keyName": "extract",
                "valueName": "generate",
                "keyLabel": extract,
                "valueLabel": generate,
                "keyOptions": self._options("extracts"),
                "valueOptions": self._options("generates"),
            }
        refreshed = self.functions()
        return {
            "extracts": self._options("extracts"),
            "generates": self._options("generates"),
            "extractFieldHeader": extract,
            "generateFieldHeader": generate,
            **_given(
                supportsExtractsRefresh="extracts" in refreshed,
                supportsGeneratesRefresh="generates" in refreshed,
                hideLookupAllowFailures=self.fixed_fallback,
            ),
        }

    def functions(self) -> Mapping[str, OptionsFunction]:
        """Return the functions that know either side's options."""
        return {side: each for side, each in self.sides.items() if callable(each)}

    def way(self) -> Way:
        """Return how maps are written: beside what is there."""
        return merged

    def _options(self, side: str) -> list[Document]:
        options: Any = self.sides[side]
        return [] if callable(options) else _texts(options)


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
        options = {} if callable(self.options) else {"options": _texts(self.options)}
        return {
            "id": self.id,
            "name": self.label or self.id,
            "type": "select" if is_select else "input",
            "required": self.required,
            **(options if is_select else {}),
            **_given(multiline=self.multiline, supportsRefresh=callable(self.options)),
        }


class Table(Setting):
    """Rows of *columns*."""

    one = two = "staticMap"

    def __init__(self, label: str, *, columns: Sequence[Column], **more: Any) -> None:
        super().__init__(label, **more)
        self.columns = tuple(columns)

    def start(self) -> Json:
        """Return the default: no rows."""
        return [] if self.default is None else self.default

    def details(self, framework: int) -> Document:
        """Return the columns."""
        key = "optionsMap" if framework == 1 else "columns"
        return {key: [each.to_json() for each in self.columns]}

    def functions(self) -> Mapping[str, OptionsFunction]:
        """Return the functions that know the options of columns."""
        return {each.id: each.options for each in self.columns if callable(each.options)}


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
    """Which column of a CSV file is which field."""

    one: ClassVar[str | None] = "csvColumnMapper"

    def __init__(self, label: str, *, maximum_columns: int | None = None, **more: Any) -> None:
        super().__init__(label, **more)
        self.maximum_columns = maximum_columns

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return how many columns there may be."""
        return _given(maxNumberOfColumns=self.maximum_columns)


class FixedWidthColumns(_FixedRows):
    """Which characters of a line are which field."""

    one: ClassVar[str | None] = "trueFixedWidthColumnMapper"


class XmlPaths(_FixedRows):
    """The path of a record in XML, and of its fields."""

    one: ClassVar[str | None] = "xmlMapper"

    def __init__(self, label: str, *, path: str = "", **more: Any) -> None:
        super().__init__(label, **more)
        self.path = path

    def start(self) -> Json:
        """Return the default: a path without fields."""
        return {"path": self.path, "value": []} if self.default is None else self.default

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the path that is suggested."""
        return {"properties": {"path": self.path}}


class MatchingCriteria(_FixedRows):
    """By what records of each type of account are matched."""

    one: ClassVar[str | None] = "matchingCriteria"

    def __init__(
        self, label: str, *, account_types: Options, content: Json = None, **more: Any
    ) -> None:
        super().__init__(label, **more)
        self.account_types = account_types
        self.content = content

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the types of accounts, label first (settings-forms.md#16-field-types)."""
        pairs = option_pairs(self.account_types)
        return {"accountTypeOptions": [[label, value] for value, label in pairs]} | _given(
            content=self.content
        )


class File(Setting):
    """A file of the kind *mode* (``csv``, ``xlsx``, ``json``); its text comes with the call."""

    one: ClassVar[str | None] = "uploadfile"
    two: ClassVar[str | None] = None

    def __init__(
        self,
        label: str,
        *,
        mode: str = "csv",
        maximum_size: int | None = None,
        uploaded: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.mode = mode
        self.maximum_size = maximum_size
        self.uploaded = uploaded

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return which files are possible, and whether they go to the platform's storage."""
        return {"mode": self.mode} | _given(maxSize=self.maximum_size, sendS3Key=self.uploaded)


class Expression(Setting):
    """A filter of NetSuite or Salesforce, of the *export* or *import_* called so."""

    one: ClassVar[str | None] = "expression"
    two: ClassVar[str | None] = None

    def __init__(
        self,
        label: str,
        *,
        export: str = "",
        import_: str = "",
        record_type: str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.export = export
        self.import_ = import_
        self.record_type = record_type

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return what the filter is for."""
        named = {"_exportId": self.export, "_importId": self.import_}
        return {
            "expressionType": "import" if self.import_ else "export",
            "properties": {key: Ref(name) for key, name in named.items() if name},
            **_given(recordType=self.record_type),
        }


class ReferencedFields(Setting):
    """Fields of Salesforce that an export carries along."""

    one: ClassVar[str | None] = "referencedFieldsDialog"
    two: ClassVar[str | None] = None

    def __init__(self, label: str, *, export: str, **more: Any) -> None:
        super().__init__(label, **more)
        self.export = export

    def start(self) -> Json:
        """Return the default: none."""
        return [] if self.default is None else self.default

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the export whose fields they are."""
        return {"properties": {"_exportId": Ref(self.export)}}


class RelatedLists(ReferencedFields):
    """Related lists of Salesforce that an export carries along."""

    one: ClassVar[str | None] = "relatedListsDialog"


class RefreshableSelect(Setting):
    """One of the options that the platform reads through a *connection*."""

    one = two = "refreshableselect"

    def __init__(
        self, label: str, *, connection: str, path: str, filter_key: str = "", **more: Any
    ) -> None:
        super().__init__(label, **more)
        self.connection = connection
        self.path = path
        self.filter_key = filter_key

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return where the options are read."""
        read = {"connectionId": Ref(self.connection), "commMetaPath": self.path}
        return read | _given(filterKey=self.filter_key)


class ExportSelect(Setting):
    """Options that the records of a virtual export are; *export* is its document."""

    one = two = "exportSelect"

    def __init__(
        self, label: str, *, export: Mapping[str, Any], multiple: bool = False, **more: Any
    ) -> None:
        super().__init__(label, **more)
        self.export = export
        self.multiple = multiple

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the virtual export."""
        return {"resource": {"virtual": self.export}} | _given(multiselect=self.multiple)


class RelativeUri(Text):
    """An address below a connection's."""

    one = two = "relativeuri"


class NetsuiteLookup(Text):
    """A lookup of NetSuite, as text."""

    one = two = "netsuitelookup"


class Label(Setting):
    """Text that is only shown; *is_title* as a heading."""

    one = two = "labeltitle"

    def __init__(self, label: str, *, is_title: bool = True, **more: Any) -> None:
        super().__init__(label, **more)
        self.is_title = is_title

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return how it is shown."""
        return {"type": "labeltitle" if self.is_title else "labelvalue"}


TypeOf = Callable[..., Setting]
