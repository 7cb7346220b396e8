"""A stack's system token (protocol/http-api.md#10-iclients-templates-stacks-scripts-tokens)."""

from __future__ import annotations

from connector_kit.sandbox.documents.shaping import new_system_token
from connector_kit.sandbox.errors import invalid
from connector_kit.sandbox.routes import access
from connector_kit.sandbox.routes.call import Answer, Call, answer
from connector_kit.sandbox.routes.resources import store


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
    store(call, "stacks", document)
    return answer({"systemToken": document["server"]["systemToken"]})
