"""Symbolic documents as Python source. Pure: what is written where is decided elsewhere."""

from connector_kit.adoption.source.module import MODULE_NAMES, package
from connector_kit.adoption.source.outline import Outline

__all__ = ["MODULE_NAMES", "Outline", "package"]
