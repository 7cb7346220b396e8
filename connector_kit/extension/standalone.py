"""The stack alone, for people who want nothing but their functions served.

``granian --interface wsgi connector_kit.extension.standalone:application`` serves it as well as
``connector-kit-stack`` does; what it serves is told by the environment (docs/functions.md).
"""

import os
from logging.config import dictConfig

from connector_kit.extension.accesslog import log_answer
from connector_kit.extension.board import Board
from connector_kit.extension.configuration import Configuration
from connector_kit.extension.dispatch import Dispatcher
from connector_kit.extension.endpoint import Endpoint
from connector_kit.extension.health import Health
from connector_kit.extension.isolation import Processes
from connector_kit.extension.registry import Registry
from connector_kit.extension.wsgi import Stack
from connector_kit.logs import logging_configuration


def registry() -> Registry:
    """Return the functions that the environment names; what each function process begins with."""
    dictConfig(logging_configuration())
    return Configuration.from_environment(os.environ).registry


def make_application() -> Stack:
    """Return the application; raises ConfigurationError (protocol/extension.md#3)."""
    dictConfig(logging_configuration())
    configuration = Configuration.from_environment(os.environ, load=False)
    run = (
        Processes("connector_kit.extension.standalone:registry", configuration.limits)
        if configuration.isolation
        else Dispatcher(configuration.registry, observers=(log_answer,))
    )
    health = Health(ready=True, board=Board.of_this_server())
    return Stack(Endpoint(run, configuration.system_tokens), health)
