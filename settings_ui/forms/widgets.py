"""Controls for values that are more than one word: rows, maps, match rules, lists of names.

Each reads its value from what a browser sent, with or without scripts: there is always an empty row
to fill in, and rows that stay empty are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from connector_kit.forms import Column
from connector_kit.forms.field_types import CHECKBOX, MULTISELECT, SELECT, TEXTAREA

_ROWS_AT_MOST = 10_000


class Rows(forms.Widget):
    """A table of rows, each an object by column id; the value is a list of them."""

    template_name = "settings_ui/widgets/rows.html"

    def __init__(
        self, columns: Iterable[Column], *, more: int = 1, attrs: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(dict(attrs or {}))
        self.columns = tuple(columns)
        self.more = more

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template shows: a row of cells for every row, and empty ones."""
        context = super().get_context(name, value, attrs)
        rows = [item for item in value if isinstance(item, dict)] if _is_list(value) else []
        filled = [*rows, *({} for _ in range(self.more))]
        context["widget"] |= {
            "columns": self.columns,
            "rows": [self._row(name, n, row) for n, row in enumerate(filled)],
            "blank": self._row(name, "N", {}),
            "described_by": context["widget"]["attrs"].get("aria-describedby", ""),
        }
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:  # noqa: ARG002
        """Return the rows that are not empty, in the order of their numbers."""
        pattern = re.compile(rf"{re.escape(name)}:(\d{{1,6}}):(.+)", re.DOTALL)
        cells: dict[int, dict[str, Any]] = {}
        by_id = {column.id: column for column in self.columns}
        for key in data:
            if (match := pattern.fullmatch(key)) and match[2] in by_id:
                value = _cell(by_id[match[2]], data, key)
                cells.setdefault(int(match[1]), {})[match[2]] = value
        rows = [cells[n] for n in sorted(cells)][:_ROWS_AT_MOST]
        return [row for row in rows if any(value not in ("", None, []) for value in row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002
        """Tell whether the browser did not send the table at all."""
        return f"{name}:rows" not in data

    def use_required_attribute(self, initial: Any) -> bool:  # noqa: ARG002
        """Rows come and go: the server says when one is missing."""
        return False

    def _row(self, name: str, number: int | str, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "column": column,
                "name": f"{name}:{number}:{column.id}",
                "value": "" if row.get(column.id) is None else row[column.id],
                "options": _offered(column, row.get(column.id)),
                "is_checkbox": column.type is CHECKBOX,
                "is_long": column.type is TEXTAREA,
                "is_many": column.type is MULTISELECT,
            }
            for column in self.columns
        ]


class Map(Rows):
    """A map of two columns, and what happens to other values (settings-forms.md#16)."""

    template_name = "settings_ui/widgets/map.html"

    OTHERWISE = (
        ("fail", "Fail the record"),
        ("empty", "Use an empty text"),
        ("null", "Use null"),
        ("custom", "Use this value"),
    )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template shows: the pairs as rows, and the choice for the rest."""
        saved = value if isinstance(value, dict) else {}
        pairs = _object(saved.get("map"))
        key, kept = (column.id for column in self.columns)
        rows = [{key: extract, kept: generate} for extract, generate in pairs.items()]
        default, chosen = saved.get("default"), "fail"
        if saved.get("allowFailures"):
            chosen = "null" if default is None else ("custom" if default else "empty")
        context = super().get_context(name, rows, attrs)
        context["widget"] |= {
            "otherwise": self.OTHERWISE,
            "chosen": chosen,
            "custom": default or "",
        }
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return ``{map, default, allowFailures}``."""
        key, kept = (column.id for column in self.columns)
        rows = super().value_from_datadict(data, files, name)
        chosen = data.get(f"{name}:otherwise", "fail")
        default = {"empty": "", "custom": data.get(f"{name}:default", "")}.get(chosen)
        return {
            "map": {str(row.get(key) or ""): row.get(kept) or "" for row in rows},
            "default": default,
            "allowFailures": chosen != "fail",
        }


class PathAndRows(Rows):
    """A path, and a table of the rows below it."""

    template_name = "settings_ui/widgets/path_and_rows.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template shows."""
        saved = value if isinstance(value, dict) else {}
        context = super().get_context(name, saved.get("value"), attrs)
        context["widget"]["path"] = saved.get("path") or ""
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return ``{path, value}``."""
        rows = super().value_from_datadict(data, files, name)
        return {"path": data.get(f"{name}:path", ""), "value": rows}


MATCHES = (
    ("matched", "Matched"),
    ("partiallyMatched", "Partially matched"),
    ("potentiallyMatched", "Potentially matched"),
)


class MatchRules(forms.Widget):
    """Which criteria count as a match, for each type of account."""

    template_name = "settings_ui/widgets/match_rules.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template shows: a group of checkboxes per account type and match."""
        context = super().get_context(name, value, attrs)
        rows = [item for item in value if isinstance(item, dict)] if _is_list(value) else []
        context["widget"]["rows"] = [
            {
                "account": str(row.get("accountType") or ""),
                "groups": [
                    {
                        "label": label,
                        "criteria": [
                            (criterion, f"{name}:{n}:{key}:{criterion}", bool(is_on))
                            for criterion, is_on in _object(row.get(key)).items()
                        ],
                    }
                    for key, label in MATCHES
                ],
            }
            for n, row in enumerate(rows)
        ]
        context["widget"]["kept"] = json.dumps(rows)
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        """Return the rules, those of the form with what is checked now."""
        try:
            rows = json.loads(data.get(f"{name}:kept") or "[]")
        except ValueError:
            return []
        return [
            row
            | {
                key: {
                    criterion: f"{name}:{n}:{key}:{criterion}" in data
                    for criterion in _object(row.get(key))
                }
                for key, _ in MATCHES
                if key in row
            }
            for n, row in enumerate(rows if _is_list(rows) else [])
            if isinstance(row, dict)
        ]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002
        """Tell whether the browser did not send the rules at all."""
        return f"{name}:kept" not in data

    def use_required_attribute(self, initial: Any) -> bool:  # noqa: ARG002
        """Checkboxes of a group are not each required."""
        return False


class SecretText(forms.PasswordInput):
    """A secret: what is saved is never sent to a browser, and stays when nothing is typed.

    To clear it, the user checks a box of its own.
    """

    template_name = "settings_ui/widgets/secret.html"

    def __init__(self, attrs: Mapping[str, Any] | None = None, *, is_long: bool = False) -> None:
        super().__init__(dict(attrs or {}))
        self.is_long = is_long

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template shows: whether a value is saved, and not which."""
        context = super().get_context(name, None, attrs)
        widget = context["widget"]
        widget |= {"is_saved": value not in (None, ""), "is_long": self.is_long}
        widget |= {"name": _typed(name), "clear": f"{_typed(name)}:clear"}
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        """Return what was typed; nothing when the box is checked."""
        return data.get(_typed(name)) or data.get(name) or ""

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002
        """Tell whether it stays as it is: nothing was typed, and the box is not checked."""
        is_typed = data.get(_typed(name)) or data.get(name)
        return not is_typed and f"{_typed(name)}:clear" not in data


SECRET = ":secret"  # noqa: S105  an ending of names
"""Suffix of the names of controls for secrets, so that their values are never kept."""


def _typed(name: str) -> str:
    return f"{name}{SECRET}"


class Lines(forms.Textarea):
    """A list of words, one on each line."""

    def format_value(self, value: Any) -> str | None:
        """Return the words on lines."""
        return "\n".join(map(str, value)) if _is_list(value) else value

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the words of the lines that are not empty."""
        text = super().value_from_datadict(data, files, name)
        if text is None:
            return None
        return [line.strip() for line in text.splitlines() if line.strip()]


class JsonText(forms.Textarea):
    """A value as JSON, where it is an object or a list; text as it is.

    With *is_structured* what can be read as JSON is read as that.
    """

    def __init__(self, attrs: Mapping[str, Any] | None = None, *, is_structured: bool) -> None:
        super().__init__(dict(attrs or {}))
        self.is_structured = is_structured

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the text, or what it says."""
        text = super().value_from_datadict(data, files, name)
        if not self.is_structured or not text:
            return text
        try:
            return json.loads(text)
        except ValueError:
            return text

    def format_value(self, value: Any) -> str | None:
        """Return the text, indented where it is JSON."""
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value, indent=2, ensure_ascii=False)


class LocalMoment(forms.DateTimeInput):
    """A moment without its time zone, which is put back when the value is read."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        """Return what the browser's own control understands: up to the seconds."""
        return str(value)[:19] if value else None


class Upload(forms.ClearableFileInput):
    """A file; its value describes it, and its text is sent alongside."""

    template_name = "settings_ui/widgets/upload.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        """Return ``{name, size, type}`` of the file that was chosen, None without one."""
        file = files.get(name)
        if file is None:
            return None
        return {"name": file.name, "size": file.size, "type": file.content_type}


def _offered(column: Column, value: Any) -> list[dict[str, Any]]:
    """The options of a cell, and the value that it has even if it is none of them."""
    if column.type not in (SELECT, MULTISELECT) and not column.options:
        return []
    chosen = value if _is_list(value) else [value]
    texts = {str(item) for item in chosen if item not in (None, "")}
    listed = [
        {"value": str(option.value), "label": option.label, "is_chosen": str(option.value) in texts}
        for option in column.options
    ]
    known = {document["value"] for document in listed}
    strays = [{"value": text, "label": text, "is_chosen": True} for text in sorted(texts - known)]
    return [*listed, *strays]


def _cell(column: Column, data: Any, key: str) -> Any:
    if column.type is CHECKBOX:
        return data.get(key) == "on"
    if column.type is MULTISELECT:
        return data.getlist(key) if isinstance(data, MultiValueDict) else data.get(key)
    return data.get(key)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)
