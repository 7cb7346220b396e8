"""What the platform refuses of tools, APIs, and MCP servers (protocol/platform-2026.md#9, #17)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.documents.store import Store
from connector_kit.sandbox.http.errors import error, invalid_entry, missing_entry
from connector_kit.sandbox.http.wire import Document

OUTPUT, RESPONSE = "outputRouter", "apiRouter"


def tool_errors(document: Document) -> Iterator[Document]:
    """Yield the routers of a tool that share an id, and branches that end nowhere."""
    yield from _dangling(document.get("routers"), "routers", OUTPUT)


def api_errors(document: Document) -> Iterator[Document]:
    """Yield what an API lacks of what its type needs."""
    kind = str(document.get("type"))
    details = document.get(kind)
    if kind in ("builder", "script") and not isinstance(details, dict):
        yield missing_entry(kind)
    if kind != "builder" or not isinstance(details, dict):
        return
    yield from _dangling(details.get("routers"), "builder.routers", RESPONSE)
    responses = details.get("responses")
    counts = Counter(str(response.get("type")) for response in objects(responses))
    for word in ("success", "fail"):
        if counts[word] != 1:
            yield invalid_entry("builder.responses", f"must have exactly one of type {word!r}")


def server_errors(document: Document) -> Iterator[Document]:
    """Yield names that an MCP server uses twice, and that it offers nothing."""
    entries = [*objects(document.get("tools")), *objects(document.get("apis"))]
    names = Counter(str(entry.get("name")) for entry in entries)
    for name in (name for name, count in names.items() if count > 1):
        yield error("invalid_field", f"duplicate tool name {name}", "tools")
    offered = [entry for entry in entries if entry.get("disabled") is False]
    if document.get("disabled") is False and not offered:
        yield invalid_entry("disabled", "can be false only with an enabled tool or API")


def check_server(store: Store, account_id: str, document: Document) -> Iterator[Document]:
    """Yield what an MCP server has in conflict with the account's other documents."""
    for server in store.documents(account_id, "mcpservers"):
        is_other = server.id != document.get("_id")
        if is_other and server.get("relativeURI") == document.get("relativeURI"):
            yield error("invalid_field", "relativeURI already in use", "relativeURI")
    for number, entry in enumerate(objects(document.get("apis"))):
        api = store.get(account_id, "apis", str(entry.get("_apiId")))
        if api and api.get("type") != "builder":
            yield error("invalid_field", "invalid API type", f"apis[{number}]._apiId")


def _dangling(routers: Any, path: str, end: str) -> Iterator[Document]:
    counts = Counter(str(router.get("id")) for router in objects(routers))
    if any(count > 1 for count in counts.values()):
        yield error("invalid_field", "router id not unique", path)
    for number, router in enumerate(objects(routers)):
        for place, branch in enumerate(objects(find(router, ("branches",)))):
            following = branch.get("nextRouterId") or router.get("nextRouterId")
            if following not in {*counts, end}:
                field = f"{path}[{number}].branches[{place}].nextRouterId"
                yield error("invalid_field", "dangling branch", field)
