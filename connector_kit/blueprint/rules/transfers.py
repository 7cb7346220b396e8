"""Rules for exports and imports (protocol/resources.md#export, #import)."""

from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.mappings import mapping_findings
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.rules.reading import Components, nested
from connector_kit.blueprint.schemas import field_at

_OTHER_WORD = {"exports": "Import", "imports": "Export"}
_WITHOUT_CONNECTION = {
    "exports": frozenset({"WebhookExport", "SimpleExport"}),
    "imports": frozenset({"ToolImport", "AiAgentImport", "GuardrailImport"}),
}


def transfer_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield what is wrong with the adaptor and the connection of an export or import."""
    document, resource = component.document, component.resource
    kind, adaptor = str(document.get("type")), str(document.get("adaptorType") or "")
    other_word = _OTHER_WORD[resource]
    if adaptor.endswith(other_word):
        message = f"{adaptor} is not an adaptor for {resource}."
        yield Finding("E050", message, f"Declare it as an {other_word}, or correct adaptor_type.")
    is_connected = document.get("_connectionId") or kind in {"webhook", "simple"}
    known = {*field_at(resource, ("adaptorType",))["enum"]} - _WITHOUT_CONNECTION[resource]
    needs_connection = document.get("adaptorType") is None or adaptor in known
    if needs_connection and not is_connected:
        yield Finding("E051", "The component has no connection.", "Add connection=... .")


def export_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield what is wrong with the test of an export."""
    limit = nested(component.document, "test").get("limit")
    if isinstance(limit, int) and not 1 <= limit <= 100:
        yield Finding("E052", f"test.limit is {limit}.", "The platform allows 1 to 100.")


def import_findings(component: CompiledComponent, _: Components) -> Iterator[Finding]:
    """Yield what is wrong with the mappings of an import (protocol/settings-forms.md 3.3)."""
    return mapping_findings(component)
