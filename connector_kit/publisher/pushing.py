"""Pushing an update to many, when some of them may be gone."""

from __future__ import annotations

from collections.abc import Mapping

from connector_kit.integrator import Client
from connector_kit.integrator.errors import IntegratorError, NotFound, Refused


def push_each(
    client: Client, connector_id: str, integration_ids: list[str]
) -> Mapping[str, IntegratorError]:
    """Push to all at once, or one by one if that is refused; returns who was refused, and why.

    Raises `IntegratorError` when the platform cannot be asked.
    """
    try:
        client.connectors.push_update(connector_id, integration_ids)
    except (Refused, NotFound) as error:
        if len(integration_ids) == 1:
            return {integration_ids[0]: error}
        refused: dict[str, IntegratorError] = {}
        for integration_id in integration_ids:
            refused |= push_each(client, connector_id, [integration_id])
        return refused
    return {}
