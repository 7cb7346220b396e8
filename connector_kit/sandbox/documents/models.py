"""What the platform calls a type of documents where it does not use the word of the path."""

from __future__ import annotations

MODELS = {
    "connections": "Connection",
    "exports": "Export",
    "imports": "Import",
    "flows": "Flow",
    "integrations": "Integration",
    "scripts": "Script",
    "stacks": "Stack",
    "asynchelpers": "AsyncHelper",
    "filedefinitions": "FileDefinition",
    "connectors": "Connector",
    "templates": "Template",
    "iclients": "IClient",
    "agents": "Agent",
    "apis": "Api",
    "accesstokens": "AccessToken",
}


def model_of(resource: str) -> str:
    """Return the name of a type of documents: ``Export`` of ``exports``."""
    return MODELS.get(resource, resource)
