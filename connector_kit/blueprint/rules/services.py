"""Rules for lookup caches, tools, APIs, and MCP servers (protocol/platform-2026.md#9, #10)."""

from collections.abc import Iterator, Mapping
from typing import Any

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.rules.reading import Components

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
