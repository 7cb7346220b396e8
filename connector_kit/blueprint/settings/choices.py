"""Settings that are one or several of some options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from connector_kit.blueprint.components import Ref
from connector_kit.blueprint.settings.options import (
    Options,
    label_items,
    option_pairs,
    without_empty,
)
from connector_kit.blueprint.settings.setting import OptionsFunction, Setting, SettingFields
from connector_kit.documents import Document, Json


class Choice(Setting):
    """One of *options*, or of those that an author's function returns."""

    def __init__(
        self, label: str, *, options: Options | OptionsFunction = (), **more: Unpack[SettingFields]
    ) -> None:
        super().__init__(label, **more)
        self.options_function = options if callable(options) else None
        self.options: Any = () if callable(options) else options

    def details(self, framework: int) -> Document:
        """Return the options."""
        refresh = {"supportsRefresh": True} if self.options_function else {}
        if framework == 1:
            return {"options": [list(pair) for pair in option_pairs(self.options)], **refresh}
        return {"options": [{"items": label_items(self.options)}], **refresh}

    def known_values(self) -> Sequence[Json] | None:
        """Return the values of the options, if all of them are known."""
        if self.options_function:
            return None
        return [value for value, _ in option_pairs(self.options)]

    def functions(self) -> Mapping[str, OptionsFunction]:
        """Return the function that returns the options."""
        return {"": self.options_function} if self.options_function else {}


class Select(Choice):
    """One of several options; with *with_label* the value is ``{"id", "label"}``."""

    one = two = "select"

    def __init__(
        self,
        label: str,
        *,
        options: Options | OptionsFunction = (),
        with_label: bool = False,
        **more: Unpack[SettingFields],
    ) -> None:
        super().__init__(label, options=options, **more)
        self.with_label = with_label

    def details(self, framework: int) -> Document:
        """Return the options, and whether labels are wanted."""
        labels = {"properties": {"yieldValueAndLabel": True}} if self.with_label else {}
        return {**super().details(framework), **labels}


class RadioGroup(Choice):
    """One of a few options, all of them shown."""

    one = "radio"
    two = "radiogroup"


class Toggle(Choice):
    """One of two or three options, side by side."""

    one = two = "toggle"

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the options as toggles want them: a flat list."""
        return {"options": label_items(self.options)}


class MultiSelect(Choice):
    """Any number of options; with *delimiter* the list is saved as one text."""

    one = two = "multiselect"

    def __init__(
        self,
        label: str,
        *,
        options: Options | OptionsFunction = (),
        delimiter: str = "",
        **more: Unpack[SettingFields],
    ) -> None:
        super().__init__(label, options=options, **more)
        self.delimiter = delimiter

    def start(self) -> Json:
        """Return the default: nothing is chosen at first."""
        return [] if self.default is None else self.default

    def details(self, framework: int) -> Document:
        """Return the options, and how they are joined."""
        return {**super().details(framework), **without_empty(valueDelimiter=self.delimiter)}


class RefreshableSelect(Setting):
    """One of the options that the platform reads through a *connection*."""

    one = two = "refreshableselect"

    def __init__(
        self,
        label: str,
        *,
        connection: str,
        path: str,
        filter_key: str = "",
        **more: Unpack[SettingFields],
    ) -> None:
        super().__init__(label, **more)
        self.connection = connection
        self.path = path
        self.filter_key = filter_key

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return where the options are read."""
        source = {"connectionId": Ref(self.connection), "commMetaPath": self.path}
        return source | without_empty(filterKey=self.filter_key)


class ExportSelect(Setting):
    """Options that the records of a virtual export are; *export* is its document."""

    one = two = "exportSelect"

    def __init__(
        self,
        label: str,
        *,
        export: Mapping[str, Any],
        multiple: bool = False,
        **more: Unpack[SettingFields],
    ) -> None:
        super().__init__(label, **more)
        self.export = export
        self.multiple = multiple

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the virtual export."""
        return {"resource": {"virtual": self.export}} | without_empty(multiselect=self.multiple)
