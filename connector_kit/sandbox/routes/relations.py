"""Which documents belong together (protocol/http-api.md sections 4, 6 and 7)."""

from __future__ import annotations

from collections import defaultdict

from connector_kit.sandbox.routes import access
from connector_kit.sandbox.routes.call import Answer, Call, answer
from connector_kit.sandbox.routes.resources import answer_page
from connector_kit.sandbox.wire import Document, parse


def dependencies(call: Call) -> Answer:
    """GET /{resource}/{id}/dependencies: who uses the document."""
    users: dict[str, list[Document]] = defaultdict(list)
    for each in call.store.users_of(access.readable(call).id):
        users[each.resource].append({"id": each.id, "name": each.get("name")})
    return answer(users)


def members(call: Call) -> Answer:
    """GET /integrations/{id}/flows, /exports, /imports, /connections."""
    integration = access.readable(call)
    records = call.store.documents(call.account_id, call.segments[2])
    mine = [each for each in records if each.integration_id == integration.id]
    if call.connector_id:
        mine = [each for each in mine if each.connector_id == call.connector_id]
    return answer_page(call, mine)


def descendants(call: Call) -> Answer:
    """GET /flows/{id}/descendants: the exports and imports that the flow runs."""
    flow = access.readable(call)
    found = {
        resource: [
            parse(each.public)
            for each in call.store.documents(call.account_id, resource)
            if each.id in flow.uses
        ]
        for resource in ("exports", "imports")
    }
    return answer(found)
