"""What a connector's author says about documents and settings that other code made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from connector_kit.documents import Document, Json
from connector_kit.errors import ConnectorKitError

_KEYS = ("match", "leave", "settings")


class RulesError(ConnectorKitError):
    """Rules that cannot be read, with the place and what belongs there."""

    code = "invalid_rules"


@dataclass(frozen=True)
class Rules:
    """An author's rules: *match* by component, *leave* for what is none, *settings* by setting.

    Each rule is a list of ids and of patterns for names, with ``*`` and ``?``, in which case and
    spaces at the ends do not matter. Of settings, the patterns are for the old field's name or
    label.
    """

    match: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    leave: tuple[str, ...] = ()
    settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Json, *, place: str = "takeover") -> Rules:
        """Read ``{"match": {component: pattern or patterns}, "leave": [...], "settings": {...}}``.

        Raises `RulesError` that names the field in *place*.
        """
        if not isinstance(value, Mapping):
            raise RulesError(f"{place} must be an object with {', '.join(_KEYS)}.")
        if unknown := [str(key) for key in value if key not in _KEYS]:
            raise RulesError(f"{place}: {', '.join(unknown)} is not known. Use {', '.join(_KEYS)}.")
        by_name: dict[str, dict[str, tuple[str, ...]]] = {}
        for key in ("match", "settings"):
            entries = value.get(key, {})
            if not isinstance(entries, Mapping):
                raise RulesError(f"{place}.{key} must be an object of patterns by name.")
            by_name[key] = {
                str(name): _patterns(patterns, f"{place}.{key}.{name}")
                for name, patterns in entries.items()
            }
        leave = _patterns(value.get("leave", []), f"{place}.leave")
        return cls(by_name["match"], leave, by_name["settings"])

    def to_json(self) -> Document:
        """Return the rules as JSON; `from_json` reads it back."""
        return {
            "match": {name: list(patterns) for name, patterns in self.match.items()},
            "leave": list(self.leave),
            "settings": {name: list(patterns) for name, patterns in self.settings.items()},
        }

    def over(self, other: Rules) -> Rules:
        """Return these rules and, where they say nothing, those of *other*."""
        return Rules(
            {**other.match, **self.match},
            (*other.leave, *self.leave),
            {**other.settings, **self.settings},
        )

    def require_known(self, components: Iterable[str], settings: Iterable[str]) -> None:
        """Raise `RulesError` for a rule about what is not declared: perhaps it is misspelled."""
        for key, names, known in (
            ("match", self.match, {*components}),
            ("settings", self.settings, {*settings}),
        ):
            if unknown := sorted(names.keys() - known):
                raise RulesError(
                    f"takeover.{key}: {', '.join(unknown)} is not declared. Declared: "
                    f"{', '.join(sorted(known)) or 'nothing'}."
                )


def covers(patterns: Iterable[str], *values: object) -> bool:
    """Tell whether one of *patterns* is one of *values*, or describes it."""
    texts = [plain(value) for value in values if value]
    return any(fnmatchcase(text, plain(pattern)) for pattern in patterns for text in texts)


def plain(name: object) -> str:
    """Return *name* as names are compared: regardless of case and of spaces around words."""
    return re.sub(r"\s+", " ", str(name or "")).strip().casefold()


def _patterns(value: Any, place: str) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    is_list = isinstance(listed, list | tuple)
    if not (is_list and all(isinstance(item, str) and item.strip() for item in listed)):
        raise RulesError(f"{place} must be an id, a name pattern, or a list of these.")
    return tuple(listed)
