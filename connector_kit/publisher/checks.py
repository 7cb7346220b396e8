"""System check: every configured connector loads, and its declaration is sound."""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from connector_kit.adoption.loading import LoadError, load_connector
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
            place = ".".join(filter(None, (problem.connector, problem.attribute)))
            messages.append(kind(f"{place}: {problem.message}", hint=problem.hint, id=problem.id))
    return messages


def declared_problems(connector: type[Connector]) -> list[Problem]:
    """Everything that is wrong with a declaration and its functions, errors and warnings."""
    return [*dict.fromkeys((*problems(connector), *function_problems(connector)))]
