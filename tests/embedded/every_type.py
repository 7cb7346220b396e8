"""For every resource type a connector in two versions, of which the second changes one document."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from connector_kit import (
    AiAgent,
    Api,
    AsyncHelper,
    Branch,
    Component,
    Connector,
    EdiProfile,
    FileDefinition,
    Guardrail,
    IClient,
    LookupCache,
    McpServer,
    Router,
    Script,
    Tool,
)
from connector_kit.documents import Document


@dataclass(frozen=True)
class Row:
    """A component called ``thing``: declared, declared anew, and edited by its customer.

    *edit* has fields that the new version leaves alone. *beside* are the components it needs.
    """

    resource: str
    first: Component
    second: Component
    edit: Document
    beside: Mapping[str, Component] = field(default_factory=dict)
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.resource

    @property
    def targets(self) -> tuple[str, str]:
        """Where both versions are loaded from."""
        versions = {"1.0.0": self.first, "1.1.0": self.second}
        first, second = (self._module(thing, version) for version, thing in versions.items())
        return first, second

    def _module(self, thing: Component, version: str) -> str:
        """Make a module that declares *thing* in a connector, and return the connector's path."""
        module = ModuleType(f"{__name__}_{self}_{version.replace('.', '_')}")
        fields = {"name": "Life", "version": version, "__module__": module.__name__}
        body: dict[str, Any] = {**fields, **self.beside, "thing": thing}
        module.Life = type(Connector)("Life", (Connector,), body)  # type: ignore[attr-defined]
        sys.modules[module.__name__] = module
        return f"{module.__name__}:Life"


HELPERS = Script("Helpers", content="function answer (options) { return options }")
TO_OUTPUT = Router("first", branches=[Branch("all", next_router="outputRouter")])
ORDERS = Tool("Orders", input={"schema": {"type": "object"}}, routers=[TO_OUTPUT])
ENTRY = {"_toolId": ORDERS, "name": "orders", "disabled": False}
AGENT = {"provider": "openai", "openai": {"model": "gpt-5", "instructions": "Sort."}}
WITH_TOOL = {"tools": [{"type": "tool", "tool": {"_toolId": ORDERS}}]}
RULES = [{"name": "BEG", "maxOccurrence": 1}]

ROWS = (
    Row(
        "lookupcaches",
        LookupCache("Countries", data={"DE": "Germany"}),
        LookupCache("All countries", data={"DE": "Deutschland", "FR": "France"}),
        {"description": "Ours"},
    ),
    Row(
        "tools",
        Tool("Orders", routers=[TO_OUTPUT], input={"name": "Order", "schema": {}}),
        Tool("Orders", routers=[TO_OUTPUT], input={"name": "Order", "schema": {"type": "object"}}),
        {"description": "Ours"},
    ),
    Row(
        "apis",
        Api("Orders", type="script", version="v1", script=HELPERS.function("answer")),
        Api("Orders", type="script", version="v2", script=HELPERS.function("answer")),
        {"disabled": True},
        {"helpers": HELPERS},
    ),
    Row(
        "mcpservers",
        McpServer("Orders", relative_uri="/orders", tools=[ENTRY]),
        McpServer("All orders", relative_uri="/orders", tools=[ENTRY]),
        {"disabled": False},
        {"orders": ORDERS},
    ),
    Row(
        "imports",
        AiAgent("Sort", ai_agent=AGENT),
        AiAgent("Sort", ai_agent={**AGENT, "openai": {**AGENT["openai"], **WITH_TOOL}}),
        {"description": "Ours"},
        {"orders": ORDERS},
        name="agents",
    ),
    Row(
        "imports",
        Guardrail("Hide", guardrail={"type": "pii", "pii": {"entities": ["email_address"]}}),
        Guardrail("Hide", guardrail={"type": "pii", "pii": {"entities": ["phone_number"]}}),
        {"description": "Ours"},
        name="guardrails",
    ),
    Row(
        "asynchelpers",
        AsyncHelper("Wait", http={"submit": {"transform": {}}, "status": {"pollInterval": 10}}),
        AsyncHelper("Wait", http={"submit": {"transform": {}}, "status": {"pollInterval": 20}}),
        {"description": "Ours"},
    ),
    Row(
        "filedefinitions",
        FileDefinition("850", version="1", format="delimited/x12", rules=RULES),
        FileDefinition("850", version="1", format="delimited/x12", rules=RULES, strict=True),
        {"description": "Ours"},
    ),
    Row(
        "ediprofiles",
        EdiProfile("Acme", file_type="edix12", isa15="T"),
        EdiProfile("Acme", file_type="edix12", isa15="P"),
        {"controlNumber": 7},
    ),
    Row(
        "iclients",
        IClient("Shop", provider="custom_oauth2", oauth2={"clientId": "a", "scope": ["read"]}),
        IClient("Shop", provider="custom_oauth2", oauth2={"clientId": "b", "scope": ["read"]}),
        {"settings": {"ours": True}},
    ),
)
