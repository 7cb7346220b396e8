"""A newly installed account as the yardstick for all others, whatever the kit's records say.

Documents are compared by content, with the names of components in place of an account's ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workshop.customers import Customer

RESOURCES = ("connections", "scripts", "exports", "imports", "flows")

_OF_THE_ACCOUNT = frozenset(
    {
        *("_id", "_userId", "_integrationId", "createdAt", "lastModified", "lastExecutedAt"),
        *("_templateId", "_sourceId", "apiIdentifier", "encryptedAt", "updateInProgress"),
    }
)
"""Fields that differ by account and time, and do not depend on the version."""

Contents = Mapping[str, Any]
"""What an account holds of the connector, by resource type and external id."""


def contents(customer: Customer) -> Contents:
    """Read what *customer* holds of the connector, comparable between accounts."""
    found = [
        (resource, document)
        for resource in RESOURCES
        for document in customer.documents(resource)
        if document.get("_integrationId") == customer.integration_id
    ]
    names = {document["_id"]: f"<{document.get('externalId')}>" for _, document in found}
    names[customer.integration_id] = "<integration>"
    held: dict[str, Any] = {}
    for resource, document in found:
        key = f"{resource}/{document.get('externalId')}"
        if key in held:
            key = f"{key} (again: {document['_id']})"
        held[key] = _without_ids(document, names)
    integration = customer.integration()
    held["version"] = integration.get("version")
    held["settings"] = _without_ids(integration.get("settings"), names)
    return held


def differences(customer: Customer, yardstick: Contents) -> list[str]:
    """Say in what *customer*'s account is not what *yardstick* is."""
    found = contents(customer)
    return [
        f"{customer.email}: {key}"
        for key in sorted(found.keys() | yardstick.keys())
        if found.get(key) != yardstick.get(key)
    ]


def _without_ids(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_ids(inner, names)
            for key, inner in value.items()
            if key not in _OF_THE_ACCOUNT
        }
    if isinstance(value, list):
        return [_without_ids(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value
