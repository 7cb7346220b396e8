"""Rules that make fields visible, required, disabled or removed (settings-forms.md#44-rules)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Union

from connector_kit.documents import Json
from connector_kit.forms.values import alike


@dataclass(frozen=True)
class Condition:
    """The field *field* has one of the values *among*, if there are any, and none of *outside*."""

    field: str
    among: tuple[Json, ...] = ()
    outside: tuple[Json, ...] = ()

    def holds(self, values: Mapping[str, Json], default: bool) -> bool:
        """Tell whether it does; *default* when the form has no such field."""
        if self.field not in values:
            return default
        value = values[self.field]
        is_among = not self.among or any(alike(value, item) for item in self.among)
        return is_among and not any(alike(value, item) for item in self.outside)

    def fields(self) -> Iterator[str]:
        """Yield the ids of the fields that it looks at."""
        yield self.field


@dataclass(frozen=True)
class Combined:
    """Several rules of which all, or some, have to hold."""

    word: Literal["AND", "OR"]
    rules: tuple["Rule", ...]

    def holds(self, values: Mapping[str, Json], default: bool) -> bool:
        """Tell whether they do; *default* is the result for fields that the form does not have."""
        results = (rule.holds(values, default) for rule in self.rules)
        return all(results) if self.word == "AND" else any(results)

    def fields(self) -> Iterator[str]:
        """Yield the ids of the fields that it looks at."""
        for rule in self.rules:
            yield from rule.fields()


Rule = Union[Condition, Combined]  # noqa: UP007  it contains a forward reference


@dataclass(frozen=True)
class Ruling:
    """How one property of a field is decided.

    *fixed* is what the document says outright; of *some* one has to hold, of *every* all.
    """

    fixed: bool | None = None
    some: tuple[Rule, ...] = ()
    every: tuple[Rule, ...] = ()

    def result(self, values: Mapping[str, Json], *, default: bool) -> bool:
        """Return the property for *values*, which are by field id."""
        if self.fixed is False:
            return False
        if self.some:
            return any(rule.holds(values, default) for rule in self.some)
        if self.every:
            return all(rule.holds(values, default) for rule in self.every)
        return default if self.fixed is None else self.fixed

    def fields(self) -> Iterator[str]:
        """Yield the ids of the fields that the property depends on."""
        for item in (*self.some, *self.every):
            yield from item.fields()


NO_RULES = Ruling()
