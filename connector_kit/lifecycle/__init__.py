"""What happens in a customer's account: install, update, uninstall. All of it is plan and apply."""

from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.functions import (
    CHANGE_EDITION,
    FUNCTION_NAMES,
    find_derived,
    find_module,
)
from connector_kit.lifecycle.platform import preview_client, publisher_client
from connector_kit.lifecycle.settings.checking import SettingsRefused
from connector_kit.lifecycle.signals import operation_finished

__all__ = [
    "CHANGE_EDITION",
    "FUNCTION_NAMES",
    "LifecycleError",
    "SettingsRefused",
    "find_derived",
    "find_module",
    "operation_finished",
    "preview_client",
    "publisher_client",
]
