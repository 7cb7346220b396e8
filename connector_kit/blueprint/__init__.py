"""What a connector is: its declarations, and what they compile to. Pure: no Django, no I/O."""

from connector_kit.blueprint.compile import compile_connector, problems, stack_functions
from connector_kit.blueprint.compiled import Blueprint, CompiledComponent
from connector_kit.blueprint.components import (
    AiAgent,
    Api,
    AsyncHelper,
    Component,
    Connection,
    EdiProfile,
    Export,
    FileDefinition,
    Guardrail,
    IClient,
    Import,
    Lookup,
    LookupCache,
    McpServer,
    Ref,
    Script,
    Tool,
)
from connector_kit.blueprint.declare import Connector
from connector_kit.blueprint.entitlements import Entitlements
from connector_kit.blueprint.fields import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.blueprint.flows import Branch, Flow, Router, Source, Step
from connector_kit.blueprint.functions import StackFunction, hook
from connector_kit.blueprint.listing import Listing, listing_of
from connector_kit.blueprint.offers import AddOn, Edition, Offer, Stores
from connector_kit.blueprint.problems import DeclarationError, Problem
from connector_kit.blueprint.resources import CONNECTOR, INTEGRATION, STACK
from connector_kit.blueprint.spelling import python_field
from connector_kit.blueprint.tailoring import Situation, tailored
from connector_kit.blueprint.wizard import InstallStep, UninstallStep

__all__ = [
    "CONNECTOR",
    "ENVELOPE_FIELDS",
    "INTEGRATION",
    "SERVER_FIELDS",
    "STACK",
    "AddOn",
    "AiAgent",
    "Api",
    "AsyncHelper",
    "Blueprint",
    "Branch",
    "CompiledComponent",
    "Component",
    "Connection",
    "Connector",
    "DeclarationError",
    "EdiProfile",
    "Edition",
    "Entitlements",
    "Export",
    "FileDefinition",
    "Flow",
    "Guardrail",
    "IClient",
    "Import",
    "InstallStep",
    "Listing",
    "Lookup",
    "LookupCache",
    "McpServer",
    "Offer",
    "Problem",
    "Ref",
    "Router",
    "Script",
    "Situation",
    "Source",
    "StackFunction",
    "Step",
    "Stores",
    "Tool",
    "UninstallStep",
    "compile_connector",
    "hook",
    "listing_of",
    "problems",
    "python_field",
    "stack_functions",
    "tailored",
]
