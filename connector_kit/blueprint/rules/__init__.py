"""What the platform asks of a declaration."""

from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.rules.connections import (
    CONNECTION_TYPES,
    incomplete_connections,
    odd_connections,
)
from connector_kit.blueprint.rules.connector import (
    connector_findings,
    literal_id_findings,
    storing_findings,
)
from connector_kit.blueprint.rules.every import (
    content_findings,
    field_findings,
    naming_findings,
    template_mark_findings,
)
from connector_kit.blueprint.rules.flows import (
    flow_errors,
    flow_warnings,
    schedule_findings,
    template_findings,
)
from connector_kit.blueprint.rules.frameworks import framework_findings
from connector_kit.blueprint.rules.offers import belonging_findings, offer_findings
from connector_kit.blueprint.rules.published import published_findings
from connector_kit.blueprint.rules.reading import Components
from connector_kit.blueprint.rules.references import misplaced_findings, reference_findings
from connector_kit.blueprint.rules.services import (
    api_findings,
    row_findings,
    server_findings,
    tool_findings,
)
from connector_kit.blueprint.rules.settings import SettingsRules, holder_findings
from connector_kit.blueprint.rules.transfers import (
    export_findings,
    import_findings,
    transfer_findings,
)
from connector_kit.blueprint.rules.wizard import wizard_findings

__all__ = [
    "CONNECTION_TYPES",
    "SettingsRules",
    "belonging_findings",
    "component_findings",
    "connector_findings",
    "framework_findings",
    "holder_findings",
    "literal_id_findings",
    "offer_findings",
    "published_findings",
    "storing_findings",
    "wizard_findings",
]

_EVERY = (
    field_findings,
    naming_findings,
    template_mark_findings,
    reference_findings,
    misplaced_findings,
    content_findings,
)

_OF_TYPE = {
    "connections": (incomplete_connections, odd_connections),
    "exports": (transfer_findings, export_findings, schedule_findings),
    "imports": (transfer_findings, import_findings),
    "lookupcaches": (row_findings,),
    "flows": (flow_errors, flow_warnings, template_findings),
    "tools": (tool_findings,),
    "apis": (api_findings,),
    "mcpservers": (server_findings,),
}
"""Further rules of resource types that have some."""


def component_findings(component: CompiledComponent, components: Components) -> Iterator[Finding]:
    """Yield what is wrong with *component*, one of *components*.

    Numbers that begin with E are structural: the platform cannot hold such a document.
    Vocabularies and limits, which grow with the platform's editions, are warnings (W).
    """
    for findings in (*_EVERY, *_OF_TYPE.get(component.resource, ())):
        yield from findings(component, components)
