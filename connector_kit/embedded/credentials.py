"""Credentials of end users: written straight into the platform's connections, never kept here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import transaction

from connector_kit.blueprint import ENVELOPE_FIELDS, SERVER_FIELDS, Blueprint
from connector_kit.documents import MASK, shows_mask
from connector_kit.documents.walking import merged
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.logins import login_problem
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.planning import connections_of
from connector_kit.models import Change
from connector_kit.plan.patch import Masked, operations

Credentials = Mapping[str, Mapping[str, Any]]
"""By the name of a connection, the part of its document that is the end user's own:
``{"shop": {"http": {"baseURI": "...", "auth": {"basic": {"username": ..., "password": ...}}}}}``"""


def require_usable(credentials: Credentials, blueprint: Blueprint) -> None:
    """Raise `EmbeddedError` ``invalid_credentials`` for what is not part of a declared connection.

    The message names fields, never values.
    """
    known = [connection.external_id for connection in connections_of(blueprint)]
    if not isinstance(credentials, Mapping):
        raise _unusable("are not an object. Map connection names to their fields.")
    for name, fields in credentials.items():
        if name not in known:
            raise _unusable(
                f"name {name!r}, which is not a connection ({', '.join(known) or 'none'})"
            )
        if not isinstance(fields, Mapping) or not fields:
            raise _unusable(f"of {name!r} are not an object. Use the connection's fields.")
        if shows_mask(fields):
            raise _unusable(
                f"of {name!r} contain the platform's mask. Remove the values that stay as they are."
            )
        for field in fields:
            if field in ENVELOPE_FIELDS | SERVER_FIELDS or str(field).startswith("_"):
                raise _unusable(f"of {name!r} contain {field!r}, which the kit sets.")


def enter(work: Work, account: Account, credentials: Credentials) -> bool:
    """Write *credentials* into the connections they name; returns whether there were any.

    A connection that was created with them has them. Others are patched, so that secrets which are
    not given stay as they are. That it was done is recorded: the names of fields, never their
    values.
    """
    for name, fields in credentials.items():
        is_new, connection_id = name in account.logged_in, account.ids[name]
        if is_new or _patch(account, name, fields):
            entered = [
                {"path": path, "before": MASK, "after": MASK, "settled": None}
                for path in _paths(fields)
            ]
            with transaction.atomic():
                work.lease.renew()
                Change.objects.create(
                    operation=work.operation,
                    installation=work.installation,
                    action="update",
                    resource="connections",
                    external_id=name,
                    resource_id=connection_id,
                    fields=entered,
                )
    return bool(credentials)


def _patch(account: Account, name: str, fields: Mapping[str, Any]) -> bool:
    """Write *fields* into the connection *name*; returns whether they change anything."""
    document = account.client.connections.get(account.ids[name])
    try:
        changes = operations(document, merged(document, fields))
    except Masked as error:
        raise _unusable(f"of {name!r} would move secrets in the list {error.path}") from None
    if changes:
        account.client.connections.patch(account.ids[name], changes)
    return bool(changes)


def require_log_in(account: Account, names: Iterable[str]) -> None:
    """Ping the connections *names*; raises `EmbeddedError` ``connection_offline``."""
    refusals = {
        name: problem
        for name in names
        if (problem := login_problem(account.client, account.ids[name]))
    }
    if refusals:
        explanations = "; ".join(f"{name}: {why}" for name, why in refusals.items())
        raise EmbeddedError(
            "connection_offline",
            f"These connections cannot log in: {explanations}. Provide their credentials and "
            "deploy again. What exists is kept.",
        )


def _paths(fields: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, value in fields.items():
        if isinstance(value, Mapping):
            yield from _paths(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"


def _unusable(why: str) -> EmbeddedError:
    return EmbeddedError("invalid_credentials", f"The credentials {why}")
