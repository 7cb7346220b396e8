"""System check: every configured connector loads, and its declaration is sound."""

from collections.abc import Iterator
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
    return [message for entry in entries for message in _messages(entry.target)]


def _messages(target: str) -> Iterator[checks.CheckMessage]:
    try:
        connector = load_connector(target)
    except LoadError as error:
        yield checks.Error(
            f"The connector {target} cannot be loaded: {error}",
            hint="Correct CONNECTOR_KIT_CONNECTORS, or the module.",
            id="connector_kit.E300",
        )
    else:
        yield from map(_message, declared_problems(connector))


def declared_problems(connector: type[Connector]) -> list[Problem]:
    """Everything that is wrong with a declaration and its functions, errors and warnings."""
    return [*dict.fromkeys((*problems(connector), *function_problems(connector)))]


def _message(problem: Problem) -> checks.CheckMessage:
    kind = checks.Warning if problem.level == "warning" else checks.Error
    place = ".".join(filter(None, (problem.connector, problem.attribute)))
    return kind(f"{place}: {problem.message}", hint=problem.hint, id=problem.id)
