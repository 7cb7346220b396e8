"""Bringing connectors in: from a name to a class, from a hand-built integration to a package."""

from connector_kit.adoption.loading import LoadError, load_connector

__all__ = ["LoadError", "load_connector"]
