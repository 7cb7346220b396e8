"""Rules for exports and imports (protocol/resources.md#export, #import)."""

from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.mappings import mapping_findings
from connector_kit.blueprint.rules.rule import Components, Rule, Words, entries, nested

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


def _wrong_adaptor(component: CompiledComponent, _: Components) -> Iterator[Words]:
    adaptor = str(component.document.get("adaptorType"))
    if adaptor.endswith(_OTHER_WORD[component.resource]):
        yield (
            f"{adaptor} is not an adaptor for {component.resource}.",
            f"Declare it as an {_OTHER_WORD[component.resource]}, or correct adaptor_type.",
        )


def _unknown_adaptor(component: CompiledComponent, _: Components) -> Iterator[Words]:
    adaptor = component.document.get("adaptorType")
    if (
        adaptor
        and adaptor not in _ADAPTORS[component.resource]
        and not str(adaptor).endswith(_OTHER_WORD[component.resource])
    ):
        yield f"The adaptor type {adaptor!r} is unknown.", "It is case-sensitive, as in HTTPExport."


def _unconnected(component: CompiledComponent, _: Components) -> Iterator[Words]:
    document, resource = component.document, component.resource
    adaptor = document.get("adaptorType")
    reached = document.get("_connectionId") or document.get("type") in {"webhook", "simple"}
    needy = adaptor is None or adaptor in _ADAPTORS[resource] - _WITHOUT_CONNECTION[resource]
    if needy and not reached:
        yield "The component has no connection.", "Add connection=... ."


def _unknown_export_type(component: CompiledComponent, _: Components) -> Iterator[Words]:
    kind = component.document.get("type")
    if kind and kind not in _EXPORT_TYPES:
        yield f"The export type {kind!r} is unknown.", "Remove it to export all records."


def _test_limit(component: CompiledComponent, _: Components) -> Iterator[Words]:
    limit = nested(component.document, "test").get("limit")
    if isinstance(limit, int) and not 1 <= limit <= 100:
        yield f"test.limit is {limit}.", "The platform allows 1 to 100."


def _statusless_mappings(component: CompiledComponent, _: Components) -> Iterator[Words]:
    for n, mapping in enumerate(entries(component.document, "mappings")):
        if not mapping.get("status"):
            yield f"mappings[{n}] has no status.", 'Add "status": "Active".'


_TRANSFERS = (
    Rule("E050", "resources.md#export, #import: adaptorType", _wrong_adaptor),
    Rule("E051", "resources.md#export: _connectionId", _unconnected),
    Rule("W010", "resources.md#export, #import: adaptorType", _unknown_adaptor),
)

EXPORTS = (
    *_TRANSFERS,
    Rule("E052", "resources.md#export: test", _test_limit),
    Rule("W011", "resources.md#export: type", _unknown_export_type),
)


def _unmapped(component: CompiledComponent, _: Components) -> Iterator[Words]:
    for finding in mapping_findings(component):
        yield finding.message, finding.hint


IMPORTS = (
    *_TRANSFERS,
    Rule("E120", "settings-forms.md#33-getmappingmetadata", _unmapped),
    Rule("W013", "resources.md#import: mappings", _statusless_mappings),
)
