"""The class of a connector as this process has loaded it."""

from functools import lru_cache

from connector_kit import blueprint
from connector_kit.adoption.loading import load_connector


@lru_cache(maxsize=64)
def loaded(class_path: str) -> type[blueprint.Connector]:
    """The class at *class_path*; until the process ends it is the one that was there first.

    Functions, settings and what is told of them are therefore of one state. Raises `LoadError`.
    """
    return load_connector(class_path)
