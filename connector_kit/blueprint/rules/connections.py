"""Rules for connections (protocol/resources.md#connection)."""

from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.rules.rule import Components, Rule, Words, nested
from connector_kit.documents import Document

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

_MEDIA_TYPES = frozenset({"json", "xml", "urlencoded", "form-data", "plaintext"})

# A legacy rest connection is held as http today, and may keep both sub-objects.
_TWINS = {"http": "rest", "rest": "http"}


def _untyped(component: CompiledComponent, _: Components) -> Iterator[Words]:
    if not component.document.get("type"):
        yield "The connection has no type.", 'Set one, such as type="http", http={...}.'


def _empty(component: CompiledComponent, _: Components) -> Iterator[Words]:
    document, kind = component.document, component.document.get("type")
    if kind in _DOCUMENTED and not {kind, _TWINS.get(kind)} & document.keys():
        yield f"A connection of type {kind!r} lacks its details.", f"Add {kind}={{...}}."


def _incomplete_http(component: CompiledComponent, _: Components) -> Iterator[Words]:
    http = nested(component.document, "http")
    if component.document.get("type") != "http" or not http:
        return
    for field in ("baseURI", "mediaType"):
        if not http.get(field) and not _assisted(component.document):
            yield f"http has no {field}.", f"An http connection needs http={{{field!r}: ...}}."


def _assisted(document: Document) -> bool:
    """Tell whether an application's description supplies what the document leaves out."""
    http = nested(document, "http")
    by_form = str(http.get("formType")).startswith("assistant")
    by_connector = any(key.startswith("_httpConnector") for key in http)
    return bool(document.get("assistant")) or by_form or by_connector


def _pingless_wrapper(component: CompiledComponent, _: Components) -> Iterator[Words]:
    wrapper = nested(component.document, "wrapper")
    if component.document.get("type") == "wrapper" and wrapper and not wrapper.get("pingFunction"):
        yield "wrapper has no pingFunction.", "Name the function that pings the application."


def _unknown_type(component: CompiledComponent, _: Components) -> Iterator[Words]:
    kind = component.document.get("type")
    if kind and kind not in CONNECTION_TYPES:
        yield f"The connection type {kind!r} is unknown.", "Check its spelling."


def _unknown_media_type(component: CompiledComponent, _: Components) -> Iterator[Words]:
    kind = nested(component.document, "http").get("mediaType")
    if kind and kind not in _MEDIA_TYPES:
        yield f"http.mediaType {kind!r} is unknown.", f"Known: {', '.join(sorted(_MEDIA_TYPES))}."


def _foreign_details(component: CompiledComponent, _: Components) -> Iterator[Words]:
    kind = component.document.get("type")
    allowed = {kind, _TWINS.get(str(kind))}
    if kind in CONNECTION_TYPES:
        for other in sorted((component.document.keys() & CONNECTION_TYPES) - allowed):
            yield (
                f"The connection has type {kind!r} but details for type {other!r}.",
                "Change the type, or remove these details.",
            )


def _concurrency(component: CompiledComponent, _: Components) -> Iterator[Words]:
    kind = str(component.document.get("type"))
    for field in ("concurrencyLevel", "targetConcurrencyLevel"):
        level = nested(component.document, kind).get(field)
        if isinstance(level, int) and not 1 <= level <= 50:
            yield f"{kind}.{field} is {level}.", "The platform allows 1 to 50."


CONNECTIONS = (
    Rule("E041", "resources.md#connection", _untyped),
    Rule("E042", "resources.md#connection", _empty),
    Rule("E043", "resources.md#connection, http", _incomplete_http),
    Rule("E044", "resources.md#connection, wrapper", _pingless_wrapper),
    Rule("W001", "resources.md#connection", _unknown_type),
    Rule("W002", "resources.md#connection, http", _unknown_media_type),
    Rule("W003", "resources.md#connection", _foreign_details),
    Rule("W004", "resources.md#connection", _concurrency),
)
