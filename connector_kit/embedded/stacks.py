"""The stack record of an embedded account: where the platform calls the publisher's functions.

Hooks and wrappers of documents that belong to no connector are called with ``diy: true``
(protocol/extension.md#1-server-stack-the-endpoint), at the stack that the document names. One
record serves all deployments in an account; `connector_kit.embedded.functions` tells them apart.
"""

from __future__ import annotations

import hmac

from connector_kit.conf import kit
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.integrator import Client
from connector_kit.models import EmbeddedAccount
from connector_kit.publisher import record_plans
from connector_kit.publisher.platform_records import PlatformRecords

SLUG = "embedded"


def ensure_stack(account: EmbeddedAccount, client: Client) -> str:
    """The id of the account's stack record, made where there is none yet.

    Raises `EmbeddedError` ``system_token_unknown`` when this server would refuse its calls.
    """
    return account.stack_id or connect_stack(account, client)


def connect_stack(account: EmbeddedAccount, client: Client) -> str:
    """Point the account's stack record to this server, and store its id; returns the id."""
    settings = kit()
    platform = PlatformRecords(client, SLUG, name="", handle="")
    plan = record_plans.plan_stack(platform.stack(account.stack_id), host_uri=settings.host_uri)
    token = next(iter(settings.system_tokens), None)
    stack_id = platform.write_stack(plan, host_uri=settings.host_uri, system_token=token)
    _require_accepted(account, client.stacks.system_token(stack_id))
    if stack_id != account.stack_id:
        account.stack_id = stack_id
        account.save(update_fields=["stack_id"])
    return stack_id


def _require_accepted(account: EmbeddedAccount, token: str) -> None:
    """The record's system token has to be one that this server accepts."""
    accepted = kit().system_tokens
    if any(hmac.compare_digest(token.encode(), known.encode()) for known in accepted):
        return
    raise EmbeddedError(
        "system_token_unknown",
        f"The stack record of the embedded account {account} has a system token that this server "
        "does not accept: hooks and wrappers would be refused. Add it to "
        "CONNECTOR_KIT_SYSTEM_TOKEN (several are separated by commas; integrator.io shows it on "
        f"the page of the stack {record_plans.stack_name(SLUG)!r}), restart the server, and "
        "try again.",
    )
