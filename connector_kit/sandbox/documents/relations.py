"""Which documents use another one (protocol/http-api.md#4-connections)."""

from __future__ import annotations

from collections import defaultdict

from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.wire import Document


def dependencies(call: Call) -> Answer:
    """GET /{resource}/{id}/dependencies: who uses the document."""
    users: dict[str, list[Document]] = defaultdict(list)
    for each in call.store.users_of(access.readable(call).id):
        users[each.resource].append({"id": each.id, "name": each.get("name")})
    return answer(users)
