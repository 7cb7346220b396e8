"""Users of an account: sharing it, and acting in an account that someone else shares.

An invitation counts as accepted. An invited user acts in the account with the header
``integrator-ashareid``: ``monitor`` reads, ``manage`` and ``administrator`` also write. A share of
single integrations reaches these and their documents only
(protocol/http-api.md#13-notifications-users-rest).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from connector_kit.sandbox.account.tokens import ACCOUNT, Token
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.documents.resources import answer_page
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import GONE, Answer, Call
from connector_kit.sandbox.http.errors import forbidden, invalid, missing
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, parse, render

LEVELS = ("monitor", "manage", "administrator")
HEADER = "integrator-ashareid"
READS = ("GET", "HEAD")


def invite(call: Call) -> Answer:
    """POST /invite: 201 with the share."""
    access.owners_only(call)
    sent = call.document()
    user = invited_user(call, sent)
    share = {
        "_id": call.store.ids.next(),
        "accepted": True,
        "disabled": False,
        "sharedWithUser": user,
        **_levels(call, sent),
    }
    return Answer(201, writing.store(call, "ashares", share).public)


def invite_several(call: Call) -> Answer:
    """POST /invite/multiple: an invitation for each of ``emails``, all with the same levels."""
    access.owners_only(call)
    sent = call.document()
    emails = sent.pop("emails", None)
    if not isinstance(emails, list) or not emails:
        raise missing("emails")
    levels, shares = _levels(call, sent), []
    for user in [invited_user(call, {"email": email}) for email in emails]:
        share = {
            "_id": call.store.ids.next(),
            "accepted": True,
            "disabled": False,
            "sharedWithUser": user,
            **levels,
        }
        shares.append(parse(writing.store(call, "ashares", share).public))
    return Answer(201, render(shares))


def read_all(call: Call) -> Answer:
    """GET /ashares: the other users of the account."""
    access.owners_only(call)
    return answer_page(call, call.store.documents(call.account_id, "ashares"))


def end(call: Call) -> Answer:
    """DELETE /ashares/{id}: the user has no access anymore."""
    access.owners_only(call)
    writing.remove(call, access.writable(call), for_good=True)
    return GONE


def read(call: Call) -> Answer:
    """GET /ashares/{id}."""
    access.owners_only(call)
    return Answer(200, access.readable(call).public)


def replace(call: Call) -> Answer:
    """PUT /ashares/{id}: other levels of access."""
    access.owners_only(call)
    record, sent = access.writable(call), call.document()
    fields = {
        name: value
        for name, value in record.document.items()
        if name not in ("accessLevel", "integrationAccessLevel")
    }
    return Answer(200, writing.store(call, "ashares", {**fields, **_levels(call, sent)}).public)


def disable(call: Call) -> Answer:
    """PUT /ashares/{id}/disable, /sshares/{id}/disable: off, and on again."""
    access.owners_only(call)
    record = access.writable(call)
    return Answer(200, writing.change(call, record, disabled=not record.get("disabled")).public)


def shares_of(call: Call, integration_id: str) -> list[Document]:
    """Return the shares that reach one integration."""
    shares = []
    for share in [record.document for record in call.store.documents(call.account_id, "ashares")]:
        entries = objects(share.get("integrationAccessLevel"))
        integration_ids = [entry.get("_integrationId") for entry in entries]
        if share.get("accessLevel") or integration_id in integration_ids:
            shares.append(share)
    return shares


def invited_user(call: Call, sent: Document) -> Document:
    """Return the user that a body invites by e-mail address."""
    email = sent.get("email")
    if not email or not isinstance(email, str):
        raise missing("email")
    account = call.store.account_of(email)
    if account is None:
        return {"email": email}
    if account.id == call.account_id:
        raise invalid("email", "is your own")
    return {"_id": account.user_id, "email": account.email, "name": account.name}


def acting_token(store: Store, token: Token, headers: Mapping[str, str], method: str) -> Token:
    """Return the token with which a request acts: its own, or one in the account of a share."""
    identity = headers.get(HEADER)
    if identity is None:
        return token
    share = store.find("ashares", identity)
    document = share.document if share else {}
    user_id = store.accounts[token.account_id].user_id
    is_own = document.get("sharedWithUser", {}).get("_id") == user_id
    if token.kind != ACCOUNT or share is None or not is_own or document.get("disabled"):
        raise forbidden(f"There is no share {identity} of yours.")
    entries = objects(document.get("integrationAccessLevel"))
    levels = {entry["_integrationId"]: entry["accessLevel"] for entry in entries}
    account_wide = document.get("accessLevel")
    allowed: Iterable[Any] = [account_wide] if account_wide else levels.values()
    if method not in READS and all(item == "monitor" for item in allowed):
        raise forbidden("The share allows to read only.")
    return dataclasses.replace(
        token,
        account_id=share.account_id,
        user_id=user_id,
        integrations=None if account_wide else frozenset(levels),
    )


def _levels(call: Call, sent: Document) -> Document:
    """Return what a share allows: a level for the account, or levels for some integrations."""
    account_wide, narrow = sent.get("accessLevel"), sent.get("integrationAccessLevel")
    if account_wide is None and not narrow:
        raise missing("accessLevel")
    if account_wide is not None:
        _check_level("accessLevel", account_wide)
    entries = [*objects(narrow)]
    for index, entry in enumerate(entries):
        field = f"integrationAccessLevel[{index}]"
        access.lookup(call, "integrations", entry.get("_integrationId"), f"{field}._integrationId")
        _check_level(f"{field}.accessLevel", entry.get("accessLevel"))
    levels: Document = {"accessLevel": account_wide} if account_wide else {}
    return {**levels, "integrationAccessLevel": entries}


def _check_level(field: str, level: Any) -> None:
    if level not in LEVELS:
        raise invalid(field, f"must be one of {', '.join(LEVELS)}")


ROUTES = (
    Route("POST", "/invite", invite, ok=201, body="invitation"),
    Route("POST", "/invite/multiple", invite_several, ok=201, body="anything"),
    Route("GET", "/ashares", read_all, query="after"),
    Route("GET", "/ashares/{id}", read),
    Route("PUT", "/ashares/{id}", replace, body="invitation"),
    Route("PUT", "/ashares/{id}/disable", disable),
    Route("DELETE", "/ashares/{id}", end, ok=204),
)
