"""Embedded integrations: connectors deployed with the publisher's token, unseen by end users.

A deployment is an installation like any other: the same plan and apply, audit trail, dry runs and
rollouts.
"""

from connector_kit.embedded.accounts import (
    Rotation,
    account_owner,
    add_account,
    find_account,
    forget_account,
    rotate_keys,
)
from connector_kit.embedded.copies import Copied, record_copy
from connector_kit.embedded.deployments import complete, deploy, plan, remove, update
from connector_kit.embedded.encryption import new_key
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.embedded.releases import record_release
from connector_kit.embedded.running import FlowRun, run_export, run_flow, run_import
from connector_kit.embedded.sessions import deployments_of, find_deployment

__all__ = [
    "Copied",
    "EmbeddedError",
    "FlowRun",
    "Rotation",
    "account_owner",
    "add_account",
    "complete",
    "deploy",
    "deployments_of",
    "find_account",
    "find_deployment",
    "forget_account",
    "new_key",
    "plan",
    "record_copy",
    "record_release",
    "remove",
    "rotate_keys",
    "run_export",
    "run_flow",
    "run_import",
    "update",
]
