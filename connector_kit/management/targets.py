"""What a command's argument names: a connector, a module of functions, or a running stack."""

from types import ModuleType

from connector_kit.adoption.loading import load_object
from connector_kit.extension.authoring.members import connectors


def is_address(target: str) -> bool:
    """Tell whether *target* is the address of a stack."""
    return target.startswith(("http://", "https://"))


def loaded(target: str) -> object:
    """Return what *target* names: of a module that declares one connector, the connector.

    Raises LoadError.
    """
    thing = load_object(target)
    declared = connectors(thing) if isinstance(thing, ModuleType) else []
    return declared[0] if len(declared) == 1 else thing
