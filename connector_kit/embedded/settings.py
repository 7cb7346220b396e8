"""Settings of any installation, saved where no call of the platform's brings a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_kit.embedded import tasks
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.lifecycle.settings.flows import FlowChanges
from connector_kit.lifecycle.settings.requests import SaveResult
from connector_kit.lifecycle.settings.requests import push_waiting as push_through_platform
from connector_kit.lifecycle.settings.requests import save_settings as save
from connector_kit.models import Installation, SettingsChange


def save_settings(
    installation: Installation,
    values: Mapping[str, Any],
    *,
    by: str,
    flows: FlowChanges | None = None,
) -> SaveResult:
    """Validate *values* and *flows*, record them, and have the next update take them over soon.

    In an account whose token the publisher holds a worker makes that update, elsewhere the
    platform is asked for it.
    """
    return save(installation, values, by=by, flows=flows, push=push_waiting)


def push_waiting(change: SettingsChange) -> None:
    """Have an update of the change's installation come soon, at the version that it has."""
    installation = change.installation
    if installation.embedded_account_id is None:
        push_through_platform(change)
        return
    if installation.target is None and installation.release is not None:
        installation.note(target=installation.release)
    try:
        tasks.send(tasks.update, installation)
    except EmbeddedError as error:
        change.message = str(error)
        change.save(update_fields=["message"])
