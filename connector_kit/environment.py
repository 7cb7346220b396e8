"""Settings that come from environment variables: how one is declared, and the one way to read them.

A class of settings is a frozen dataclass; each field's type is annotated with its `Variable`:

    port: Annotated[int, Variable("CONNECTOR_KIT_PORT", parsing.whole(1, 65_535), "…", 231)] = 8000
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, NamedTuple, TypeVar, get_type_hints

T = TypeVar("T")


class Problem(NamedTuple):
    """A setting that cannot be used: which variable, why, and the way out."""

    variable: str
    message: str
    hint: str
    id: str


@dataclass(frozen=True)
class Variable:
    """Where a setting comes from: the environment variable, how its text is read, what it means."""

    name: str
    parse: Callable[[str], Any]
    about: str
    number: int
    is_secret: bool = False

    def problem(self, reason: str) -> Problem:
        """Return the problem that *reason*, the end of a sentence about the variable, tells."""
        return Problem(
            variable=self.name,
            message=f"{self.name} {reason}",
            hint=f"{self.about} See docs/settings.md.",
            id=f"connector_kit.E{self.number}",
        )


def variables(settings_class: type) -> Mapping[str, Variable]:
    """Return the environment variable of every field of *settings_class*, by the field's name."""
    return _variables(settings_class)


@cache
def _variables(settings_class: type) -> Mapping[str, Variable]:
    hints = get_type_hints(settings_class, include_extras=True)
    return {field.name: hints[field.name].__metadata__[0] for field in fields(settings_class)}


def texts_in(environment: Mapping[str, str], settings_class: type) -> dict[str, str]:
    """Return the text that *environment* has for each field; an empty variable is left out."""
    texts = {
        name: environment.get(variable.name, "")
        for name, variable in variables(settings_class).items()
    }
    return {name: text for name, text in texts.items() if text.strip()}


def read(settings_class: type[T], values: Mapping[str, Any]) -> tuple[T, tuple[Problem, ...]]:
    """Return the settings read from *values*, with the default for each value that cannot be used.

    Text is parsed as in the environment; values of other types are taken as they are.
    """
    usable: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in values.items():
        variable = variables(settings_class)[name]
        try:
            usable[name] = variable.parse(value) if isinstance(value, str) else value
        except ValueError as error:
            problems.append(variable.problem(str(error)))
    return settings_class(**usable), tuple(problems)
