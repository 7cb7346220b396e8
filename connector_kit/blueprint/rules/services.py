"""Rules for lookup caches, tools, APIs, and MCP servers (protocol/platform-2026.md#9, #10)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.rules.reading import Components, entries, nested
from connector_kit.documents import Document, referred

OUTPUT, RESPONSE = "outputRouter", "apiRouter"
"""Where the records of a tool, and of an API, end."""

_LARGEST_CACHE = 50_000_000


def row_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield the rows that a lookup cache cannot hold."""
    data: Any = component.data
    if not isinstance(data, Mapping):
        hint = 'Write texts by key, such as data={"DE": "Germany"}.'
        yield Finding("E130", f"data is {data!r}.", hint)
        return
    for key, value in data.items():
        if not (isinstance(key, str) and isinstance(value, str)):
            hint = "Keys and values are texts. Write other values as JSON: json.dumps(...)."
            yield Finding("E130", f"data has {key!r}: {value!r}.", hint)
    size = sum(len(str(text).encode()) for row in data.items() for text in row)
    if size > _LARGEST_CACHE:
        hint = f"A lookup cache holds at most {_LARGEST_CACHE:,} bytes."
        yield Finding("E130", f"data has {size:,} bytes.", hint)


def tool_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield the branches of a tool that do not lead to its output."""
    yield from _ways(entries(component.document, "routers"), OUTPUT)


def api_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield what keeps an API from answering."""
    document = component.document
    kind = document.get("type")
    if kind in ("builder", "script") and not document.get(kind):
        yield Finding("E132", f"An API of type {kind!r} lacks {kind}.", f"Add {kind}=... .")
    if kind != "builder" or not nested(document, "builder"):
        return
    builder = nested(document, "builder")
    yield from _ways(entries(builder, "routers"), RESPONSE)
    counts = Counter(str(response.get("type")) for response in entries(builder, "responses"))
    for word in ("success", "fail"):
        if counts[word] != 1:
            message = f"builder.responses has {counts[word]} of type {word!r}."
            yield Finding("E132", message, "It must have exactly one.")


def server_findings(component: CompiledComponent, components: Components) -> Iterator[Finding]:
    """Yield what an MCP server cannot offer."""
    document = component.document
    tools, apis = entries(document, "tools"), entries(document, "apis")
    names = Counter(str(entry.get("name")) for entry in (*tools, *apis))
    for name in (name for name, count in names.items() if count > 1):
        message = f"{names[name]} entries are named {name!r}."
        yield Finding("E133", message, "Names are unique over tools and apis.")
    for n, entry in enumerate(apis):
        api = components.get(referred(entry.get("_apiId")) or "")
        if api and api.document.get("type") == "script":
            message = f"apis[{n}] refers to {api.external_id!r}, an API of type 'script'."
            yield Finding("E133", message, "Use an API of type 'builder', or a tool.")
    is_offered = any(entry.get("disabled") is False for entry in (*tools, *apis))
    if document.get("disabled") is False and not is_offered:
        message = "The MCP server is enabled, but none of its tools and APIs is."
        yield Finding("E133", message, 'Add "disabled": False to an entry.')


def _ways(routers: list[Document], end: str) -> Iterator[Finding]:
    """Yield the branches of *routers* that lead neither to another router nor to the *end*."""
    counts = Counter(str(router.get("id")) for router in routers)
    for name in (name for name, count in counts.items() if count > 1):
        yield Finding("E131", f"{counts[name]} routers have the id {name!r}.", "Rename one.")
    for router in routers:
        for n, branch in enumerate(entries(router, "branches")):
            following = branch.get("nextRouterId") or router.get("nextRouterId")
            if following not in {*counts, end}:
                place = f"The branch {branch.get('name', n)!r} of the router {router.get('id')!r}"
                suggestion = did_you_mean(str(following), [*counts, end])
                hint = f"{suggestion}Add next_router={end!r}, or the router that follows."
                yield Finding("E131", f"{place} leads to {following!r}.", hint)
