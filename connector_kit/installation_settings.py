"""Saving an installation's settings: the one service behind pages, REST and programs.

Outside a function call there is no token for a customer's account. So saved settings wait in the
database, and an update of this installation alone, at its current version, writes them. Nothing can
be pushed to a store of framework 2.0: the call for its parent writes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from django.db import transaction

from connector_kit.conf import kit
from connector_kit.embedded import tasks
from connector_kit.errors import ConnectorKitError
from connector_kit.forms import Errors
from connector_kit.integrator.errors import Refused
from connector_kit.lifecycle.platform import publisher_client
from connector_kit.lifecycle.settings.checking import check_settings
from connector_kit.lifecycle.settings.flows import FlowChanges, check_flows
from connector_kit.lifecycle.veil import hidden_of
from connector_kit.models import Installation, Order, SettingsChange
from connector_kit.publisher.actions import Actor, record_action

MEBIBYTE = 1024 * 1024

EXPIRED = (
    "The license of this installation has expired. Once it is renewed, the next update applies the "
    "change."
)
"""Why a change waits while the platform calls no function of the installation."""


@dataclass(frozen=True)
class SaveResult:
    """The result of an attempt to save: the *change* that waits, or the errors.

    *store_errors* are by store id, "" in an installation without stores, then by field; errors
    about no field are under "". *flow_errors* are by flow.
    """

    change: SettingsChange | None = None
    store_errors: Mapping[str, Errors] = field(default_factory=dict)
    flow_errors: Errors = field(default_factory=dict)

    @property
    def errors(self) -> Errors:
        """All that is wrong, by the name of the field or of the flow."""
        merged: Errors = {}
        for errors in (*self.store_errors.values(), self.flow_errors):
            merged |= errors
        return merged


def save_settings(
    installation: Installation,
    values: Mapping[str, Any],
    *,
    by: Actor,
    flows: FlowChanges | None = None,
) -> SaveResult:
    """Validate *values* and *flows*, record them, and request the update that writes them.

    *values* are by setting, in a multi-store installation by store id first. *flows* are switched
    or scheduled with them. A single error refuses the whole save, and nothing is recorded. The
    change and its `StaffAction` are recorded together. In an account whose token the publisher has,
    a worker makes the update; elsewhere it is pushed through the platform. If that fails, the
    change says why in its *message*, and waits for the next update.
    """
    flows = flows or {}
    size = len(json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > kit().save_mb * MEBIBYTE:
        limits = f"{in_mebibytes(size)} MB; the limit is {kit().save_mb} MB."
        return SaveResult(store_errors={"": {"": [f"These settings are {limits}"]}})
    store_errors = check_settings(installation, values).store_errors if values else {}
    flow_errors = check_flows(installation, flows)
    if any(store_errors.values()) or flow_errors:
        return SaveResult(store_errors=store_errors, flow_errors=flow_errors)
    change = _record(installation, values, flows, by)
    _push(change)
    return SaveResult(change)


def in_mebibytes(size: int) -> str:
    """Return *size*, in bytes, in mebibytes with one digit, rounded up."""
    return f"{ceil(size * 10 / MEBIBYTE) / 10:g}"


@transaction.atomic
def _record(
    installation: Installation, values: Mapping[str, Any], flows: FlowChanges, by: Actor
) -> SettingsChange:
    """Record the change, and order the next call to apply it at the installation's version.

    A call that already serves an order may have read the waiting changes before this one existed.
    """
    change = SettingsChange.objects.create(
        installation=installation, values=dict(values), flows=dict(flows), by=by.name[:200]
    )
    veiled = hidden_of(installation, installation.release).over(change.values)
    subject = f"installation/{installation.integration_id}"
    record_action(by, "settings.save", subject, after={"values": veiled, "flows": change.flows})
    waiting = installation.orders.open().filter(kind=Order.Kind.SETTINGS, begun_at=None)
    if not waiting.exists():
        Order.objects.place(installation, Order.Kind.SETTINGS, installation.release, by=change.by)
    return change


def _push(change: SettingsChange) -> None:
    """Request the update that was ordered, or note with *change* why that failed."""
    installation = change.installation
    try:
        if installation.embedded_account_id is not None:
            tasks.send(tasks.update, installation)
            return
        with publisher_client() as client:
            connector_id = installation.connector.connector_id or ""
            pushed = installation.parent or installation
            client.connectors.push_update(connector_id, [pushed.integration_id])
    except ConnectorKitError as error:
        has_expired = isinstance(error, Refused) and error.code == "license_expired"
        change.message = EXPIRED if has_expired else str(error)
        change.save(update_fields=["message"])
