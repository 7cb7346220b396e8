"""When a setting is visible, required or disabled, as an author writes it.

``channel.is_("#orders")``, ``all_of(...)``, ``any_of(...)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from connector_kit.documents import Document, Json
from connector_kit.forms.values import alike

if TYPE_CHECKING:
    from connector_kit.blueprint.settings.setting import Setting


class When:
    """A condition on the values of other settings."""

    def settings(self) -> Iterator[Setting]:
        """Yield the settings that it looks at."""
        raise NotImplementedError

    def rule(self) -> Document:
        """Return it as a rule of form metadata (protocol/settings-forms.md#44-rules)."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Is(When):
    """A setting has one of some values, or with *negated* none of them."""

    setting: Setting
    values: tuple[Json, ...]
    negated: bool = False

    def settings(self) -> Iterator[Setting]:
        """Yield the setting."""
        yield self.setting

    def rule(self) -> Document:
        """Return the rule for one field."""
        return {"field": self.setting.name, "isNot" if self.negated else "is": [*self.values]}

    def among(self) -> tuple[Json, ...] | None:
        """Return the values with which it holds; None when they cannot all be named."""
        if not self.negated:
            return self.values
        known = self.setting.known_values()
        if known is None:
            return None
        return tuple(item for item in known if not _is_among(item, self.values))


@dataclass(frozen=True, eq=False)
class Several(When):
    """Several conditions, of which all or some have to hold."""

    word: Literal["AND", "OR"]
    parts: tuple[When, ...]

    def settings(self) -> Iterator[Setting]:
        """Yield the settings of all parts."""
        for part in self.parts:
            yield from part.settings()

    def rule(self) -> Document:
        """Return the rule that combines those of the parts."""
        return {self.word: [part.rule() for part in self.parts]}


def all_of(*parts: When) -> When:
    """Return the condition that all *parts* hold."""
    return Several("AND", parts)


def any_of(*parts: When) -> When:
    """Return the condition that at least one of *parts* holds."""
    return Several("OR", parts)


Alternatives = dict[str, tuple[Json, ...]]
"""By controlling setting, the values of which it has one; all controlling settings agree."""


def alternatives(condition: When) -> Alternatives | None:
    """Return *condition* as dependencies of 1.0 can say it (settings-forms.md#17-dependencies).

    They know alternatives of one controlling field, and several fields that must all agree. None
    when that is not enough.
    """
    if isinstance(condition, Is):
        among = condition.among()
        return None if among is None else {condition.setting.name: among}
    if not isinstance(condition, Several):
        return None
    parts = [alternatives(part) for part in condition.parts]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    joined: Alternatives = {}
    if condition.word == "AND":
        for part in known:
            for name, values in part.items():
                before = joined.get(name, values)
                joined[name] = tuple(item for item in before if _is_among(item, values))
        return joined

    # Alternatives can be joined while they speak of one and the same setting.
    if len({name for part in known for name in part}) != 1 or any(len(part) != 1 for part in known):
        return None
    for part in known:
        for name, values in part.items():
            before = joined.get(name, ())
            joined[name] = (*before, *(item for item in values if not _is_among(item, before)))
    return joined


def _is_among(item: Json, values: tuple[Json, ...]) -> bool:
    return any(alike(item, value) for value in values)
