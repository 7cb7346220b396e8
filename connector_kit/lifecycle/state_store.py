"""The platform's own copy of the records: what an account holds, in its integration's state."""

from __future__ import annotations

import re
from collections.abc import Container

from connector_kit.blueprint import Blueprint
from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.errors import not_recorded
from connector_kit.models import Component, Installation
from connector_kit.models import Document as StoredDocument

_ID = re.compile(r"[0-9a-f]{24}")

STATE_KEY = "connectorKit"
"""Key under the integration's own state (protocol/http-api.md#12-state)."""


def keep_state(account: Account, blueprint: Blueprint) -> None:
    """Record in the platform's state store what the account now holds, apart from what is borrowed.

    From this, records can be rebuilt.
    """
    declared = (*blueprint.components, blueprint.integration)
    components = [item for item in declared if item.external_id not in account.borrowed]
    names = [item.external_id for item in components]
    account.client.state("integrations", account.integration_id).put(
        STATE_KEY,
        {
            "version": blueprint.version,
            "digest": blueprint.digest,
            "components": {component.external_id: component.digest for component in components},
            "ids": {name: account.ids[name] for name in names if name in account.ids},
        },
    )


def restore(
    installation: Installation,
    client: Client,
    names: Container[str] | None = None,
    *,
    is_leaving: bool = False,
) -> bool:
    """Rebuild lost component rows from the platform's state store; True when there were any.

    Rebuilds all that the store names and the records lack, or only what *names* has by name or id.
    Raises `LifecycleError`
    ``not_published`` when that is of a version that is not recorded here, unless *is_leaving*:
    without its documents it is unknown what the customer changed, and what to remove. Lost
    documents that were tailored for this installation are left out: such components are compared
    without a record of what was applied.
    """
    held = set(installation.components.values_list("external_id", flat=True))
    version, kept, ids = _kept_state(installation, client)
    digests = {
        name: digest
        for name, digest in kept.items()
        if name not in held and (names is None or name in names or ids.get(name) in names)
    }
    known = StoredDocument.objects.in_bulk(digests.values())
    if version and not is_leaving and not set(digests.values()) <= known.keys():
        connector = installation.connector
        if not connector.releases.filter(version=version).exists():
            raise not_recorded(connector, version)
    rows = [
        Component(
            installation=installation,
            external_id=name,
            resource=known[digest].component().resource,
            resource_id=ids.get(name, ""),
            applied=known[digest],
        )
        for name, digest in digests.items()
        if digest in known
    ]
    Component.objects.bulk_create(rows, ignore_conflicts=True)
    return bool(rows)


def has_state(installation: Installation, client: Client) -> bool:
    """Tell whether the platform's state store says what the kit applied to *installation*."""
    version, digests, _ = _kept_state(installation, client)
    return bool(version or digests)


def _kept_state(
    installation: Installation, client: Client
) -> tuple[str, dict[str, str], dict[str, str]]:
    """The version in the state store, and by name the digests of what was applied and the ids.

    The account's owner may have written there too.
    """
    try:
        state = client.state("integrations", installation.integration_id).get(STATE_KEY)
    except NotFound:
        return "", {}, {}
    state = state if isinstance(state, dict) else {}
    version = state.get("version")
    components, known = state.get("components"), state.get("ids")
    digests = components if isinstance(components, dict) else {}
    ids = known if isinstance(known, dict) else {}
    return (
        version if isinstance(version, str) else "",
        {name: digest for name, digest in digests.items() if isinstance(digest, str)},
        {name: str(identity) for name, identity in ids.items() if _ID.fullmatch(str(identity))},
    )
