"""The stack's endpoints: ``POST /function`` and the health routes (protocol/extension.md).

All of it but `connector_kit.extension.views` works without Django.
"""

from connector_kit.extension.answers import Answer
from connector_kit.extension.authoring.modules import RegistrationError
from connector_kit.extension.calls import FunctionCall
from connector_kit.extension.dispatch import Dispatcher
from connector_kit.extension.endpoint import Endpoint, Incoming
from connector_kit.extension.errors import ConfigurationError, ErrorEntry, ExtensionError
from connector_kit.extension.health import Health, this_process
from connector_kit.extension.lambdas import lambda_handler
from connector_kit.extension.registry import FunctionModule, Registry

__all__ = [
    "Answer",
    "ConfigurationError",
    "Dispatcher",
    "Endpoint",
    "ErrorEntry",
    "ExtensionError",
    "FunctionCall",
    "FunctionModule",
    "Health",
    "Incoming",
    "RegistrationError",
    "Registry",
    "lambda_handler",
    "this_process",
]
