"""What the platform asks of a declaration, as tables: one rule, one row, with its source."""

from collections.abc import Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.rules.connections import CONNECTION_TYPES, CONNECTIONS
from connector_kit.blueprint.rules.connector import connector_findings
from connector_kit.blueprint.rules.every import EVERY
from connector_kit.blueprint.rules.flows import FLOWS, SCHEDULES
from connector_kit.blueprint.rules.offers import belonging_findings, offer_findings, unknown_offers
from connector_kit.blueprint.rules.rule import Components
from connector_kit.blueprint.rules.scripts import SCRIPTS
from connector_kit.blueprint.rules.settings import SettingsRules, holder_findings
from connector_kit.blueprint.rules.storing import storing_findings
from connector_kit.blueprint.rules.transfers import EXPORTS, IMPORTS

__all__ = [
    "CONNECTION_TYPES",
    "SettingsRules",
    "belonging_findings",
    "component_findings",
    "connector_findings",
    "holder_findings",
    "offer_findings",
    "storing_findings",
    "unknown_offers",
]

_OF_TYPE = {
    "connections": CONNECTIONS,
    "scripts": SCRIPTS,
    "exports": (*EXPORTS, SCHEDULES),
    "imports": IMPORTS,
    "flows": FLOWS,
}
"""Further rules of resource types that have some."""


def component_findings(component: CompiledComponent, components: Components) -> Iterator[Finding]:
    """Yield what is wrong with *component*, one of *components*."""
    for rule in (*EVERY, *_OF_TYPE.get(component.resource, ())):
        yield from rule.findings(component, components)
