"""The integration of a deployment: found by its mark, or created once."""

from __future__ import annotations

from connector_kit.blueprint import CONNECTOR, INTEGRATION, STACK, Blueprint
from connector_kit.documents import Document, references
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.embedded.sessions import account_of
from connector_kit.embedded.stacks import ensure_stack
from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound
from connector_kit.integrator.transport.timing import SYSTEM_CLOCK
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.creating import create_once
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.tags import EmbeddedTag
from connector_kit.models import Installation


def mark_of(installation: Installation) -> str:
    """The external id of the deployment's integration: it never changes for an end user."""
    return f"connector-kit:{installation.connector.slug}:{installation.end_user}"


def found_or_made(work: Work, client: Client) -> Account:
    """The deployment's account, with its integration made when there is none yet."""
    installation = work.installation
    if installation.is_pending:
        integration_id = _find(installation, client) or _make(work, client)
        installation.note(integration_id=integration_id)
    return opened(work, client)


def opened(work: Work, client: Client) -> Account:
    """The account of an existing deployment.

    Raises `LifecycleError` ``installation_vanished`` or ``installation_foreign``.
    """
    installation = work.installation
    try:
        integration = client.integrations.get(installation.integration_id)
    except NotFound as error:
        raise LifecycleError(
            "installation_vanished",
            f"The integration of {_said(installation)} is no longer in the account. Remove the "
            "deployment, which cleans up the rest, and deploy again.",
        ) from error
    _require_ours(installation, integration)
    blueprint = work.blueprint if work.operation.release else None
    return account_with(installation, client, integration, blueprint)


def if_there(work: Work, client: Client) -> Account | None:
    """The account for removing a deployment, with what is left of it; None if nothing is."""
    installation = work.installation
    if installation.is_pending:
        found = _find(installation, client)
        if found is None:
            return None
        installation.note(integration_id=found)
    try:
        integration = client.integrations.get(installation.integration_id)
    except NotFound:
        return account_with(installation, client, {}, None)
    _require_ours(installation, integration)
    return account_with(installation, client, integration, None)


def account_with(
    installation: Installation, client: Client, integration: Document, blueprint: Blueprint | None
) -> Account:
    """The account, with the stack record made where *blueprint* needs one."""
    stack_id = account_of(installation).stack_id
    if blueprint and _needs_stack(blueprint):
        stack_id = ensure_stack(account_of(installation), client)
    ids = {INTEGRATION: installation.integration_id, STACK: stack_id}
    return Account(
        client=client,
        tag=EmbeddedTag(installation.integration_id),
        integration_id=installation.integration_id,
        integration=integration,
        ids={name: identity for name, identity in ids.items() if identity},
    )


def _find(installation: Installation, client: Client) -> str | None:
    """The integration that an earlier attempt has made; raises `EmbeddedError` for several."""
    found = _marked(installation, client)
    if len(found) > 1:
        raise EmbeddedError(
            "integration_duplicated",
            f"Several integrations are marked as that of {_said(installation)}: "
            f"{', '.join(found)}. Delete all but one in integrator.io, then deploy again.",
        )
    return found[0] if found else None


def _marked(installation: Installation, client: Client) -> list[str]:
    mark = mark_of(installation)
    return [
        str(integration["_id"])
        for integration in client.integrations.list()
        if integration.get("externalId") == mark and not integration.get("_connectorId")
    ]


def _make(work: Work, client: Client) -> str:
    """Create the integration; its version, which marks it as complete, comes last."""
    installation = work.installation
    document = {
        "name": installation.name,
        "externalId": mark_of(installation),
        "sandbox": installation.sandbox,
    }
    return create_once(
        client.integrations,
        document,
        find=lambda: _marked(installation, client),
        clock=SYSTEM_CLOCK,
    )


def _require_ours(installation: Installation, integration: Document) -> None:
    tag = integration.get("externalId") or "no external id"
    if integration.get("_connectorId") or tag != mark_of(installation):
        raise LifecycleError(
            "installation_foreign",
            f"The integration {integration['_id']} is not marked as that of {_said(installation)} "
            f"(it has {tag}). It was not changed.",
        )


def _needs_stack(blueprint: Blueprint) -> bool:
    """Whether functions of the publisher are called; raises `EmbeddedError` ``needs_connector``."""
    used = references(blueprint.integration.document).union(
        *(references(component.document) for component in blueprint.components)
    )
    if CONNECTOR in used:
        raise EmbeddedError(
            "needs_connector",
            f"{blueprint.name} {blueprint.version} refers to its marketplace record (@connector), "
            "but an embedded deployment has none. Remove the reference from the connector.",
        )
    return STACK in used


def _said(installation: Installation) -> str:
    return f"{installation.connector.slug} for {installation.end_user}"
