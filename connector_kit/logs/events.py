"""Events: what happened, as a name and fields that say about what. They are messages of the log."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 200


class Event:
    """A message of the log: ``logName=..., key=value, ...`` as text, the same fields as JSON.

    Fields that are empty are left out.
    """

    __slots__ = ("_fields", "name")

    def __init__(self, name: str, fields: Iterable[tuple[str, object]] = ()) -> None:
        self.name = name
        self._fields = fields

    def __str__(self) -> str:
        """Return the event on one line."""
        line = f"logName={self.name}"
        for key, value in self._fields:
            if type(value) is str and len(value) <= _LONGEST:
                if value:
                    line += f", {key}={value}"
            elif value is not None:
                line += f", {key}={short(value)}"
        return line if line.isprintable() else _on_one_line(line)

    @property
    def fields(self) -> dict[str, object]:
        """The event as fields, numbers among them as they are."""
        fields: dict[str, object] = {"logName": self.name}
        for key, value in self._fields:
            if value not in (None, ""):
                fields[key] = value if isinstance(value, int | float) else short(value)
        return fields


def short(value: object) -> str:
    """Return *value* short and without line ends, so that others cannot write log lines for us."""
    text = text_of(value)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}..."
    return _on_one_line(text)


def text_of(value: object) -> str:
    """Return *value* as text, or the name of its type if it cannot be one."""
    try:
        return str(value)
    except (RecursionError, ValueError):  # lists in lists in lists, or a number without end
        return f"a {type(value).__name__}"


def _on_one_line(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)
