"""System check: every configured connector loads, and its declaration is sound."""

from pathlib import Path
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from connector_kit.adoption.loading import LoadError, load_connector
from connector_kit.adoption.source_lines import place_of
from connector_kit.blueprint import Connector, Problem, problems
from connector_kit.conf import kit
from connector_kit.extension.authoring.modules import function_problems


def register_checks() -> None:
    """Make ``manage.py check`` check the connectors, too."""
    checks.register(connectors_are_sound)


def connectors_are_sound(**_options: Any) -> list[checks.CheckMessage]:
    """Report every problem of every connector in the settings, errors and warnings."""
    try:
        entries = kit().connectors
    except ImproperlyConfigured:
        return []  # the check of the settings says it
    messages: list[checks.CheckMessage] = []
    for entry in entries:
        try:
            connector = load_connector(entry.target)
        except LoadError as error:
            message = checks.Error(
                f"The connector {entry.target} cannot be loaded: {error}",
                hint="Correct CONNECTOR_KIT_CONNECTORS, or the module.",
                id="connector_kit.E300",
            )
            messages.append(message)
            continue
        for problem in declared_problems(connector):
            kind = checks.Warning if problem.level == "warning" else checks.Error
            name = ".".join(filter(None, (problem.connector, problem.attribute)))
            line = _line(connector, problem.attribute)
            text = f"{name}: {problem.message}"
            messages.append(kind(text, hint=problem.hint, obj=line, id=problem.id))
    return messages


def _line(connector: type[Connector], attribute: str | None) -> str | None:
    """The file and line of *attribute*, relative to the current directory if it is in there."""
    file, line = place_of(connector, attribute)
    path = Path(file)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return f"{shown}:{line}" if file else None


def declared_problems(connector: type[Connector]) -> list[Problem]:
    """Everything that is wrong with a declaration and its functions, errors and warnings."""
    return [*dict.fromkeys((*problems(connector), *function_problems(connector)))]
