"""System check: every configured connector loads, and its declaration is sound."""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from connector_kit.adoption.loading import LoadError, load_connector
from connector_kit.adoption.places import located
from connector_kit.blueprint import Connector, Problem, problems
from connector_kit.conf import kit
from connector_kit.extension.authoring.modules import function_problems


def register_checks() -> None:
    """Make ``connector-kit check`` check the connectors, too."""
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
            said = f"The connector {entry.target} cannot be loaded: {error}"
            messages.append(checks.Error(said, hint=_correct(error), id="connector_kit.E300"))
            continue
        for problem in declared_problems(connector):
            kind = checks.Warning if problem.level == "warning" else checks.Error
            text = f"{problem.field}: {problem.message}"
            place = problem.place or None
            messages.append(kind(text, hint=problem.hint, obj=place, id=problem.id))
    return messages


def _correct(error: LoadError) -> str:
    if error.place:
        return f"Correct {error.place}."
    return (
        "Correct the name where it stands: 'connectors' in [tool.connector-kit] of pyproject.toml, "
        "or CONNECTOR_KIT_CONNECTORS."
    )


def declared_problems(connector: type[Connector]) -> list[Problem]:
    """Everything that is wrong with a declaration and its functions, errors and warnings.

    Each problem says in which line of which file it is.
    """
    found = dict.fromkeys((*problems(connector), *function_problems(connector)))
    return located(connector, found)
