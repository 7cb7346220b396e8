"""Stacks: the system token, and sharing with other accounts (protocol/http-api.md#10)."""

from __future__ import annotations

from connector_kit.sandbox.account.users import disable, invited_user
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.resources import answer_page, read_all
from connector_kit.sandbox.documents.shaping import new_system_token
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import invalid, refuse
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.stacks.lookup import shares


def show_system_token(call: Call) -> Answer:
    """GET /stacks/{id}/systemToken: the token in clear."""
    server = access.readable(call).get("server") or {}
    return answer({"systemToken": server.get("systemToken")})


def renew_system_token(call: Call) -> Answer:
    """DELETE /stacks/{id}/systemToken: a new token; the old one is dead at once."""
    document = access.writable(call).document
    if not isinstance(document.get("server"), dict):
        raise invalid("type", "must be 'server' for a stack with a system token")
    document["server"]["systemToken"] = new_system_token()
    writing.store(call, "stacks", document)
    return answer({"systemToken": document["server"]["systemToken"]})


def invite(call: Call) -> Answer:
    """POST /stacks/{id}/invite: lets another user's account use the stack."""
    stack, sent = access.writable(call), call.document()
    user = invited_user(call, sent)
    if "_id" not in user:
        message = f"{user['email']} has no account; the user has to create one first."
        raise refuse(422, "invalid_user", message, "email")
    share = {
        "_id": call.store.ids.next(),
        "_stackId": stack.id,
        "accepted": True,
        "disabled": False,
        "sharedWithUser": user,
    }
    return Answer(201, writing.store(call, "sshares", share).public)


def read_shared(call: Call) -> Answer:
    """GET /shared/stacks: those that others share with this account."""
    access.owners_only(call)
    ids = dict.fromkeys(share["_stackId"] for share in shares(call.store, call.account_id))
    stacks = (call.store.find("stacks", id_) for id_ in ids)
    return answer_page(call, [stack for stack in stacks if stack])


ROUTES = (
    Route("GET", "/stacks/{id}/systemToken", show_system_token),
    Route("DELETE", "/stacks/{id}/systemToken", renew_system_token),
    Route("POST", "/stacks/{id}/invite", invite, ok=201, body="invitation"),
    Route("GET", "/sshares", read_all, query="after"),
    Route("PUT", "/sshares/{id}/disable", disable),
    Route("GET", "/shared/stacks", read_shared, query="after"),
)
