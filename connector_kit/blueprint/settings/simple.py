"""Settings that are text, numbers, yes or no, dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from connector_kit.blueprint.settings.options import (
    without_empty,
)
from connector_kit.blueprint.settings.setting import Setting, SettingFields
from connector_kit.documents import Document, Json


class Text(Setting):
    """A line of text; with *delimiter* it is split into a list."""

    one = "input"
    two = "text"
    may_be_secret = True

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
        **more: Unpack[SettingFields],
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
        return without_empty(
            maxLength=self.lengths[1],
            trimValue=self.trim,
            uppercase=self.uppercase,
            delimiter=self.delimiter,
        )

    def checks(self) -> Document:
        """Return how long the text may be, and what it must look like."""
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
                **without_empty(message=self.pattern_message),
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
        **more: Unpack[SettingFields],
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
        limits = {key: item for key, item in bounds.items() if item is not None}
        return {"fallsWithinNumericalRange": limits}


class Checkbox(Setting):
    """Yes or no; no until the customer, or *default*, says yes."""

    one = two = "checkbox"

    def start(self) -> Json:
        """Return the default: not checked."""
        return False if self.default is None else self.default

    def known_values(self) -> Sequence[Json]:
        """Return both."""
        return (True, False)


class Date(Setting):
    """A day, as ISO text."""

    one = two = "date"

    def __init__(
        self, label: str, *, not_in_future: bool = False, **more: Unpack[SettingFields]
    ) -> None:
        super().__init__(label, **more)
        self.not_in_future = not_in_future

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return which days are possible; ISO text is wanted in either framework."""
        return {"skipTimezoneConversion": True} | without_empty(
            doNotAllowFutureDates=self.not_in_future
        )


class DateTime(Date):
    """A moment, as ISO text."""

    one = two = "datetime"


class Editor(Setting):
    """Text of a format (*mode* ``json``, ``xml``, ``csv``, ``text``); JSON may be saved parsed."""

    one = two = "editor"
    may_be_secret = True

    def __init__(
        self, label: str, *, mode: str = "text", parsed: bool = False, **more: Unpack[SettingFields]
    ) -> None:
        super().__init__(label, **more)
        self.mode = mode
        self.parsed = parsed

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the format."""
        return {"mode": self.mode} | ({"saveMode": "json"} if self.parsed else {})


class RelativeUri(Text):
    """An address below a connection's."""

    one = two = "relativeuri"


class NetsuiteLookup(Text):
    """A lookup of NetSuite, as text."""

    one = two = "netsuitelookup"


class Label(Setting):
    """Text that is only shown; *is_title* as a heading."""

    one = two = "labeltitle"

    def __init__(self, label: str, *, is_title: bool = True, **more: Unpack[SettingFields]) -> None:
        super().__init__(label, **more)
        self.is_title = is_title

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return how it is shown."""
        return {"type": "labeltitle" if self.is_title else "labelvalue"}
