"""Acting in an account that somebody else shares: the header ``integrator-ashareid``.

``monitor`` reads, ``manage`` and ``administrator`` also write. A share of single integrations
reaches these and their documents only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from connector_kit.sandbox.account.tokens import ACCOUNT, Token
from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http.errors import forbidden

HEADER = "integrator-ashareid"
READS = ("GET", "HEAD")


def acting(store: Store, token: Token, headers: Mapping[str, str], method: str) -> Token:
    """Return the token with which a request acts: its own, or one in the account of a share."""
    identity = headers.get(HEADER)
    if identity is None:
        return token
    share = store.find("ashares", identity)
    user_id = store.accounts[token.account_id].user_id
    if token.kind != ACCOUNT or share is None or not _is_for(share, user_id):
        raise forbidden(f"There is no share {identity} of yours.")
    levels = {each["_integrationId"]: each["accessLevel"] for each in _narrow(share)}
    account_wide = share.get("accessLevel")
    allowed: Iterable[Any] = [account_wide] if account_wide else levels.values()
    if method not in READS and all(each == "monitor" for each in allowed):
        raise forbidden("The share allows to read only.")
    return replace(
        token,
        account_id=share.account_id,
        user_id=user_id,
        integrations=None if account_wide else frozenset(levels),
    )


def _narrow(share: Record) -> Iterable[Any]:
    return objects(share.get("integrationAccessLevel"))


def _is_for(share: Record, user_id: str) -> bool:
    document = share.document
    return document["sharedWithUser"].get("_id") == user_id and not document.get("disabled")
