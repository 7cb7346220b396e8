"""What the publisher's side remembers: releases, installations, operations, rollouts.

Models know their fields, constraints and queries. They never call the platform.
"""

from connector_kit.models.catalogue import Connector, Document, Release
from connector_kit.models.history import Change, Operation
from connector_kit.models.installations import Component, Installation
from connector_kit.models.rollouts import Push, Rollout, Wave
from connector_kit.models.settings import SettingsChange

__all__ = [
    "Change",
    "Component",
    "Connector",
    "Document",
    "Installation",
    "Operation",
    "Push",
    "Release",
    "Rollout",
    "SettingsChange",
    "Wave",
]
