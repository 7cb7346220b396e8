"""The integration of a deployment, found by its mark or created once, and its account's stack.

Hooks and wrappers of documents that belong to no connector are called with ``diy: true``
(protocol/extension.md#1-server-stack-the-endpoint), at the stack that the document names. One
stack record serves all deployments in an account; `connector_kit.embedded.functions` tells them
apart.
"""

from __future__ import annotations

import hmac
from collections.abc import Set

from connector_kit.blueprint import CONNECTOR, INTEGRATION, STACK, Blueprint
from connector_kit.conf import kit
from connector_kit.documents import Document, references
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.embedded.sessions import account_of
from connector_kit.integrator import Client
from connector_kit.integrator.errors import NotFound
from connector_kit.integrator.transport.timing import SYSTEM_CLOCK
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.creating import create_once
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.tags import EmbeddedTag
from connector_kit.models import Component, EmbeddedAccount, Installation
from connector_kit.publisher import record_plans
from connector_kit.publisher.platform_records import PlatformRecords

SLUG = "embedded"
"""The short name of the stack record."""


def mark_of(installation: Installation) -> str:
    """The external id of the deployment's integration: it never changes for an end user."""
    return f"connector-kit:{installation.connector.slug}:{installation.end_user}"


def find_or_make(work: Work, client: Client) -> Account:
    """The deployment's account, with its integration made when there is none yet."""
    installation = work.installation
    if installation.is_pending:
        document = {
            "name": installation.name,
            "externalId": mark_of(installation),
            "sandbox": installation.sandbox,
        }
        integration_id = _find(installation, client) or create_once(
            client.integrations,
            document,
            find=lambda: _marked(installation, client),
            clock=SYSTEM_CLOCK,
        )
        installation.note(integration_id=integration_id)
    return open_existing(work, client)


def open_existing(work: Work, client: Client) -> Account:
    """The account of an existing deployment.

    Raises `LifecycleError` ``installation_vanished`` or ``installation_foreign``.
    """
    installation = work.installation
    try:
        integration = client.integrations.get(installation.integration_id)
    except NotFound as error:
        raise LifecycleError(
            "installation_vanished",
            f"The integration of {_label(installation)} is no longer in the account. Remove the "
            "deployment, which cleans up the rest, and deploy again.",
        ) from error
    _require_ours(installation, integration)
    blueprint = work.blueprint if work.operation.release else None
    return account_with(installation, client, integration, blueprint)


def open_remaining(work: Work, client: Client) -> Account | None:
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
    """The account, with the stack record made where functions of *blueprint* are called.

    Raises `EmbeddedError` ``needs_connector`` for a blueprint that only a marketplace can serve.
    """
    stack_id = account_of(installation).stack_id
    documents = [] if blueprint is None else [blueprint.integration, *blueprint.components]
    used = {name for component in documents for name in references(component.document)}
    if blueprint and CONNECTOR in used:
        raise EmbeddedError(
            "needs_connector",
            f"{blueprint.name} {blueprint.version} refers to its marketplace record (@connector), "
            "but an embedded deployment has none. Remove the reference from the connector.",
        )
    if STACK in used and not stack_id:
        stack_id = _connect_stack(account_of(installation), client)
    ids = {INTEGRATION: installation.integration_id, STACK: stack_id}
    elsewhere = Component.objects.exclude(installation=installation)

    def recorded_elsewhere(identities: Set[str]) -> Set[str]:
        rows = elsewhere.filter(resource_id__in=identities)
        return {*rows.values_list("resource_id", flat=True)}

    return Account(
        client=client,
        tag=EmbeddedTag(installation.integration_id),
        recorded_elsewhere=recorded_elsewhere,
        integration_id=installation.integration_id,
        integration=integration,
        ids={name: identity for name, identity in ids.items() if identity},
    )


def _find(installation: Installation, client: Client) -> str | None:
    """The integration that an earlier attempt has made; raises `EmbeddedError` for several."""
    marked = _marked(installation, client)
    if len(marked) > 1:
        raise EmbeddedError(
            "integration_duplicated",
            f"Several integrations are marked as that of {_label(installation)}: "
            f"{', '.join(marked)}. Delete all but one in integrator.io, then deploy again.",
        )
    return marked[0] if marked else None


def _marked(installation: Installation, client: Client) -> list[str]:
    mark = mark_of(installation)
    return [
        str(integration["_id"])
        for integration in client.integrations.list()
        if integration.get("externalId") == mark and not integration.get("_connectorId")
    ]


def _require_ours(installation: Installation, integration: Document) -> None:
    tag = integration.get("externalId") or "no external id"
    if integration.get("_connectorId") or tag != mark_of(installation):
        raise LifecycleError(
            "installation_foreign",
            f"The integration {integration['_id']} is not marked as that of {_label(installation)} "
            f"(it has {tag}). It was not changed.",
        )


def _connect_stack(account: EmbeddedAccount, client: Client) -> str:
    """Make the account's stack record, which points to this server; store and return its id.

    Raises `EmbeddedError` ``system_token_unknown`` when this server would refuse its calls.
    """
    settings = kit()
    platform = PlatformRecords(client, SLUG, name="", handle="")
    plan = record_plans.plan_stack(platform.stack(account.stack_id), host_uri=settings.host_uri)
    token = next(iter(settings.system_tokens), None)
    stack_id = platform.write_stack(plan, host_uri=settings.host_uri, system_token=token)
    current = client.stacks.system_token(stack_id).encode()
    if not any(hmac.compare_digest(current, known.encode()) for known in settings.system_tokens):
        raise EmbeddedError(
            "system_token_unknown",
            f"The stack record of the embedded account {account} has a system token that this "
            "server does not accept: hooks and wrappers would be refused. Add it to "
            "CONNECTOR_KIT_SYSTEM_TOKEN (several are separated by commas; integrator.io shows it "
            f"on the page of the stack {record_plans.stack_name(SLUG)!r}), restart the server, and "
            "try again.",
        )
    account.stack_id = stack_id
    account.save(update_fields=["stack_id"])
    return stack_id


def _label(installation: Installation) -> str:
    return f"{installation.connector.slug} for {installation.end_user}"
