"""Settings of any installation, saved where no call of the platform's brings a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_kit.embedded import tasks
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.lifecycle.settings.flows import FlowChanges
from connector_kit.lifecycle.settings.requests import SaveResult, order_settings
from connector_kit.lifecycle.settings.requests import push_waiting as push_through_platform
from connector_kit.lifecycle.settings.requests import save_settings as save
from connector_kit.lifecycle.veil import hidden_of
from connector_kit.models import Installation, SettingsChange
from connector_kit.publisher.actions import Actor, record_action


def save_settings(
    installation: Installation,
    values: Mapping[str, Any],
    *,
    by: Actor,
    flows: FlowChanges | None = None,
) -> SaveResult:
    """Validate *values* and *flows*, record them, and have the next update take them over soon.

    In an account whose token the publisher holds a worker makes that update, elsewhere the
    platform is asked for it. What is saved stands in the record of actions, too.
    """
    result = save(installation, values, by=by.name, flows=flows, push=push_waiting)
    if result.change is not None:
        subject = f"installation/{installation.integration_id}"
        values = hidden_of(installation, installation.release).over(result.change.values)
        after = {"values": values, "flows": result.change.flows}
        record_action(by, "settings.save", subject, after=after)
    return result


def push_waiting(change: SettingsChange) -> None:
    """Have an update of the change's installation come soon, at the version that it has."""
    installation = change.installation
    if installation.embedded_account_id is None:
        push_through_platform(change)
        return
    order_settings(change)
    try:
        tasks.send(tasks.update, installation)
    except EmbeddedError as error:
        change.message = str(error)
        change.save(update_fields=["message"])
