"""Rules for exports and imports (protocol/resources.md#export, #import)."""

from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.mappings import mapping_findings
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.rules.reading import Components, entries, nested

_EXPORTS_WITHOUT_CONNECTION = frozenset({"WebhookExport", "SimpleExport"})
_IMPORTS_WITHOUT_CONNECTION = frozenset({"ToolImport", "AiAgentImport", "GuardrailImport"})

_APPLICATIONS = (
    *("HTTP", "REST", "NetSuite", "Salesforce", "RDBMS", "Mongodb", "Dynamodb"),
    *("JDBC", "FTP", "S3", "FileSystem", "AS2", "Wrapper"),
)
_EXPORTS = _EXPORTS_WITHOUT_CONNECTION | {f"{application}Export" for application in _APPLICATIONS}
_IMPORTS = (
    _IMPORTS_WITHOUT_CONNECTION
    | {f"{application}Import" for application in _APPLICATIONS}
    | {"NetSuiteDistributedImport"}
)
_ADAPTORS = {"exports": _EXPORTS, "imports": _IMPORTS}
_OTHER_WORD = {"exports": "Import", "imports": "Export"}
_WITHOUT_CONNECTION = {
    "exports": _EXPORTS_WITHOUT_CONNECTION,
    "imports": _IMPORTS_WITHOUT_CONNECTION,
}
_EXPORT_TYPES = frozenset(
    {
        "delta",
        "once",
        "test",
        "webhook",
        "distributed",
        "stream",
        "simple",
        "blob",
        "tranlinedelta",
    }
)


def transfer_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield what is wrong with the adaptor and the connection of an export or import."""
    document, resource = component.document, component.resource
    kind, adaptor = str(document.get("type")), str(document.get("adaptorType") or "")
    other_word = _OTHER_WORD[resource]
    if adaptor.endswith(other_word):
        message = f"{adaptor} is not an adaptor for {resource}."
        yield Finding("E050", message, f"Declare it as an {other_word}, or correct adaptor_type.")
    is_connected = document.get("_connectionId") or kind in {"webhook", "simple"}
    needs_connection = (
        document.get("adaptorType") is None
        or adaptor in _ADAPTORS[resource] - _WITHOUT_CONNECTION[resource]
    )
    if needs_connection and not is_connected:
        yield Finding("E051", "The component has no connection.", "Add connection=... .")
    is_known = adaptor in _ADAPTORS[resource] or adaptor.endswith(other_word)
    if adaptor and not is_known:
        message = f"The adaptor type {adaptor!r} is unknown."
        yield Finding("W010", message, "It is case-sensitive, as in HTTPExport.")


def export_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield what is wrong with the type of an export, and with its test."""
    limit = nested(component.document, "test").get("limit")
    if isinstance(limit, int) and not 1 <= limit <= 100:
        yield Finding("E052", f"test.limit is {limit}.", "The platform allows 1 to 100.")
    kind = str(component.document.get("type") or "")
    if kind and kind not in _EXPORT_TYPES:
        message = f"The export type {kind!r} is unknown."
        yield Finding("W011", message, "Remove it to export all records.")


def import_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield what is wrong with the mappings of an import (protocol/settings-forms.md 3.3)."""
    yield from mapping_findings(component)
    for n, mapping in enumerate(entries(component.document, "mappings")):
        if not mapping.get("status"):
            yield Finding("W013", f"mappings[{n}] has no status.", 'Add "status": "Active".')
