"""The publisher's records: releases, installations, operations, rollouts.

Models know their fields, constraints, and queries. They never call the platform.
"""

from connector_kit.models.catalog import Connector, Document, Release
from connector_kit.models.counts import FlowUsage, RefusedCall, VersionCount
from connector_kit.models.embedding import EmbeddedAccount
from connector_kit.models.heartbeats import Heartbeat
from connector_kit.models.history import Change, Operation
from connector_kit.models.installations import Component, Installation
from connector_kit.models.licenses import (
    License,
    LicenseEvent,
    LicenseReminder,
    ProvisioningEvent,
    Subscription,
)
from connector_kit.models.orders import DryRun, DryRunAnswer, Order, Takeover
from connector_kit.models.rollouts import Push, Rollout, Wave
from connector_kit.models.settings import SettingsChange, SettingsLink
from connector_kit.models.source_integrations import SourceIntegration
from connector_kit.models.staff import ApiToken, StaffAction

__all__ = [
    "ApiToken",
    "Change",
    "Component",
    "Connector",
    "Document",
    "DryRun",
    "DryRunAnswer",
    "EmbeddedAccount",
    "FlowUsage",
    "Heartbeat",
    "Installation",
    "License",
    "LicenseEvent",
    "LicenseReminder",
    "Operation",
    "Order",
    "ProvisioningEvent",
    "Push",
    "RefusedCall",
    "Release",
    "Rollout",
    "SettingsChange",
    "SettingsLink",
    "SourceIntegration",
    "StaffAction",
    "Subscription",
    "Takeover",
    "VersionCount",
    "Wave",
]
