"""The table of routes as an OpenAPI description, served at ``/_sandbox/openapi.json``."""

from connector_kit.sandbox.openapi.operations import description

__all__ = ["description"]
