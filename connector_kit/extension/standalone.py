"""The stack alone, for people who only need to serve functions: ``connector-kit-stack``.

The environment says what it serves (docs/functions.md).
"""

import os
from logging.config import dictConfig

from connector_kit.extension.accesslog import log_answer
from connector_kit.extension.board import Board
from connector_kit.extension.configuration import Configuration
from connector_kit.extension.dispatch import Dispatcher
from connector_kit.extension.edge import Edge
from connector_kit.extension.endpoint import Endpoint, Run
from connector_kit.extension.health import NOT_LOADED, Health
from connector_kit.extension.isolation import Processes
from connector_kit.extension.registry import Registry
from connector_kit.extension.wsgi import Stack
from connector_kit.logs import logging_configuration


def registry() -> Registry:
    """Return the functions that the environment names; what each function process begins with."""
    dictConfig(logging_configuration())
    return Configuration.from_environment(os.environ, is_server=False).registry


def make_application() -> Edge:
    """Return the RSGI application; raises ConfigurationError (protocol/extension.md#3)."""
    dictConfig(logging_configuration())
    configuration = Configuration.from_environment(os.environ, load=False)
    health = Health(ready=True, board=Board.of_this_server())
    settings = configuration.settings
    run: Run
    if settings.isolation:
        run = processes = Processes(
            "connector_kit.extension.standalone:registry",
            settings.limits,
            named=settings.functions_environment,
        )
        health.watch(lambda: [] if processes.can_serve() else [NOT_LOADED])
    else:
        run = Dispatcher(configuration.registry, observers=(log_answer,))
    stack = Stack(Endpoint(run, settings.system_tokens), health)
    return Edge(stack, settings.bounds, calls=settings.limits.calls)
