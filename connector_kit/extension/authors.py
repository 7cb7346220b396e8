"""What the processes of authors' functions serve: no more than the authors have written.

They have no access to the server's secrets or database. They ask the serving process which class a
connector has, and cache the answer.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from functools import lru_cache
from logging.config import dictConfig
from typing import Any

import orjson

from connector_kit.adoption.loaded import loaded
from connector_kit.adoption.loading import LoadError
from connector_kit.environment import read, texts_in
from connector_kit.extension.authoring.settings import settings_functions
from connector_kit.extension.isolation.asking import ask
from connector_kit.extension.registry import FunctionModule, Registry
from connector_kit.extension.remember import Remembering
from connector_kit.logs import Event, logging_configuration
from connector_kit.stack_settings import StackSettings

SECONDS = 1.0
"""How long to cache an answer of the serving process, which has a cache of its own."""

SETTINGS = "connectorKitSettings"
"""The part that holds the functions of settings: the kit calls them, the platform does not."""

LOADED = "loaded"
"""The function of that part that every connector has: it tells which version is loaded."""

_WORDS_OF_DJANGO = ("ImproperlyConfigured", "AppRegistryNotReady")
_NO_DATABASE = (
    "Functions have no database access. Keep code that needs it out of their module, or set "
    "CONNECTOR_KIT_FUNCTIONS_MAY_USE_DATABASE=1."
)

_NAMED_BY = ("_exportId", "_importId", "_flowId", "_connectionId")

log = logging.getLogger("connector_kit.extension")


def registry() -> Registry:
    """Return the registry of the authors' functions, with which each of their processes begins."""
    dictConfig(logging_configuration())
    # The server reported unusable settings when it started.
    settings, _ = read(StackSettings, texts_in(os.environ, StackSettings))
    # Import what will be needed before processes are forked, so that not each has to.
    for entry in settings.connectors:
        try:
            functions_at(entry.target)
        except (LoadError, TypeError, SystemExit) as failure:
            fields = (("module", entry.target), ("reason", failure))
            log.warning(Event("notLoadedAhead", fields))
    return Registry(
        connectors=Remembering(_of_connector, SECONDS),
        embedded=_of_deployment,
        contracts=settings.contracts,
        is_partial=True,
    )


@lru_cache(maxsize=64)
def functions_at(class_path: str) -> FunctionModule:
    """Return the functions that the author of the connector at *class_path* has written.

    Raises `LoadError`.
    """
    try:
        cls = loaded(class_path)
    except LoadError as error:
        if any(word in str(error) for word in _WORDS_OF_DJANGO):
            raise LoadError(f"{error} {_NO_DATABASE}") from error
        raise
    kits = {**settings_functions(cls), LOADED: lambda _: str(cls.version)}
    return FunctionModule.of(cls) | FunctionModule(**{SETTINGS: kits})


def names_in(options: object) -> dict[str, Any]:
    """Return what says which embedded deployment a call with *options* is about."""
    sent = options if isinstance(options, Mapping) else {}
    connection = sent.get("connection")
    ids = [sent.get(name) for name in _NAMED_BY]
    if isinstance(connection, Mapping):
        ids.append(connection.get("_id"))
    return {
        "integration": sent.get("_integrationId"),
        "components": [id_ for id_ in ids if isinstance(id_, str) and id_],
    }


def _of_connector(connector_id: str) -> FunctionModule | None:
    class_path = ask({"connector": connector_id})
    return functions_at(class_path) if class_path is not None else None


def _of_deployment(options: object) -> FunctionModule | None:
    names = names_in(options)
    return _deployments(orjson.dumps(names, option=orjson.OPT_SORT_KEYS).decode())


def _of_names(names: str) -> FunctionModule | None:
    class_path = ask({"deployment": orjson.loads(names)})
    if class_path is None:
        return None
    return functions_at(class_path) if class_path else FunctionModule()


_deployments = Remembering(_of_names, SECONDS)
