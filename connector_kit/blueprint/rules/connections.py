"""Rules for connections (protocol/resources.md#connection)."""

from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.rules.reading import Components, nested

_DOCUMENTED = frozenset(
    {"http", "rest", "netsuite", "salesforce", "ftp", "s3", "rdbms", "mongodb", "wrapper"}
)
CONNECTION_TYPES = _DOCUMENTED | {
    "dynamodb",
    "jdbc",
    "as2",
    "van",
    "filesystem",
    "mcp",
    "sftp",
    "magento",
}
"""The types that are known; editions of the platform add to them."""

# A legacy rest connection is held as http today, and may keep both sub-objects.
_TWINS = {"http": "rest", "rest": "http"}


def incomplete_connections(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield what a connection lacks."""
    document, kind = component.document, str(component.document.get("type") or "")
    http, wrapper = nested(document, "http"), nested(document, "wrapper")
    if not kind:
        hint = 'Set one, such as type="http", http={...}.'
        yield Finding("E041", "The connection has no type.", hint)
    if kind in _DOCUMENTED and not {kind, _TWINS.get(kind)} & document.keys():
        message = f"A connection of type {kind!r} lacks its details."
        yield Finding("E042", message, f"Add {kind}={{...}}.")

    # An application's description supplies what the document leaves out.
    is_assisted = (
        bool(document.get("assistant"))
        or str(http.get("formType")).startswith("assistant")
        or any(key.startswith("_httpConnector") for key in http)
    )
    if kind == "http" and http and not is_assisted:
        for field in ("baseURI", "mediaType"):
            if not http.get(field):
                hint = f"An http connection needs http={{{field!r}: ...}}."
                yield Finding("E043", f"http has no {field}.", hint)
    if kind == "wrapper" and wrapper and not wrapper.get("pingFunction"):
        hint = "Name the function that pings the application."
        yield Finding("E044", "wrapper has no pingFunction.", hint)


def odd_connections(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield details of a connection that are not those of its type."""
    document, kind = component.document, str(component.document.get("type") or "")
    if kind in CONNECTION_TYPES:
        for other in sorted(document.keys() & CONNECTION_TYPES - {kind, _TWINS.get(kind)}):
            message = f"The connection has type {kind!r} but details for type {other!r}."
            yield Finding("W003", message, "Change the type, or remove these details.")
