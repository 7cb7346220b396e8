"""Settings saved on the publisher's own pages, where there is no token for the account.

They are validated at once, wait on record, and are taken over by an update that is pushed for
this installation alone and keeps it at the version that it has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from connector_kit.conf import kit
from connector_kit.forms import Errors
from connector_kit.integrator.errors import IntegratorError
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.platform import publisher_client
from connector_kit.lifecycle.settings.checking import SettingsRefused, check_settings
from connector_kit.lifecycle.settings.flows import FlowChanges, check_flows
from connector_kit.models import Installation, Order, SettingsChange


@dataclass(frozen=True)
class SaveResult:
    """What became of an attempt to save: *errors* by field, or the *change* that waits."""

    errors: Errors
    change: SettingsChange | None = None


MEBIBYTE = 1024 * 1024

Push = Callable[[SettingsChange], None]
"""Has the next update of the change's installation come soon."""


def save_settings(
    installation: Installation,
    values: Mapping[str, Any],
    *,
    by: str,
    flows: FlowChanges | None = None,
    push: Push | None = None,
) -> SaveResult:
    """Validate *values* and have them applied; nothing is recorded when there are errors.

    *values* are by setting, in a multi-store installation by store first. *flows* are switched or
    scheduled with them. *push* is how an update is brought about, by default through the platform.
    """
    flows = flows or {}
    if refusal := _too_large(values):
        return SaveResult({"": [refusal]})
    errors = check_settings(installation, values).errors if values else {}
    errors |= check_flows(installation, flows)
    if errors:
        return SaveResult(errors)
    return SaveResult({}, _request(installation, values, by, flows, push or push_waiting))


def in_mebibytes(size: int) -> str:
    """Return *size*, in bytes, in mebibytes with one digit, rounded up."""
    return f"{ceil(size * 10 / MEBIBYTE) / 10:g}"


def _too_large(values: Mapping[str, Any]) -> str:
    """Return why *values* are too large to be kept; "" when they are not."""
    size = len(json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    limit = kit().save_mb
    if size <= limit * MEBIBYTE:
        return ""
    return f"These settings have {in_mebibytes(size)} MB; at most {limit} MB can be saved at once."


def request_settings_change(
    installation: Installation, values: Mapping[str, Any], *, by: str
) -> SettingsChange:
    """Record *values* as waiting, and push an update of *installation* that takes them over.

    When the platform cannot be asked the change says why, and waits for the next update. Raises
    `SettingsRefused` when something may not be set.
    """
    checked = check_settings(installation, values)
    if checked.errors:
        raise SettingsRefused(checked.errors)
    return _request(installation, values, by, {}, push_waiting)


def push_waiting(change: SettingsChange) -> None:
    """Push an update for a *change* that waits still, as when it was requested."""
    installation = change.installation
    order_settings(change)
    try:
        with publisher_client() as client:
            connector_id = installation.connector.connector_id or ""
            client.connectors.push_update(connector_id, [installation.integration_id])
    except (IntegratorError, LifecycleError) as error:
        change.message = str(error)
        change.save(update_fields=["message"])


def order_settings(change: SettingsChange) -> None:
    """Order that the next call takes *change* over, at the version that the installation has.

    A call that serves an order already may have read what waits before *change* was there.
    """
    installation = change.installation
    waiting = installation.orders.open().filter(kind=Order.Kind.SETTINGS, begun_at=None)
    if not waiting.exists():
        Order.objects.place(installation, Order.Kind.SETTINGS, installation.release, by=change.by)


def _request(
    installation: Installation, values: Mapping[str, Any], by: str, flows: FlowChanges, push: Push
) -> SettingsChange:
    change = SettingsChange.objects.create(
        installation=installation, values=dict(values), flows=dict(flows), by=by[:200]
    )
    push(change)
    return change
