"""What a connector is: declarations, symbolic documents, plans. Pure: no Django, no I/O."""

from connector_kit.blueprint.changes import FieldChange
from connector_kit.blueprint.compare import Fence, Live, compare
from connector_kit.blueprint.compile import compile_connector, problems, stack_functions
from connector_kit.blueprint.compiled import (
    CONNECTOR,
    INTEGRATION,
    STACK,
    Blueprint,
    CompiledComponent,
)
from connector_kit.blueprint.components import (
    Component,
    Connection,
    Export,
    Import,
    Lookup,
    Ref,
    Script,
)
from connector_kit.blueprint.declare import Connector
from connector_kit.blueprint.documents import (
    MASK,
    Document,
    Json,
    UnresolvedReference,
    abstract,
    canonical,
    digest,
    ref,
    references,
    references_in,
    resolve,
)
from connector_kit.blueprint.entitlements import Entitlements
from connector_kit.blueprint.fields import ENVELOPE_FIELDS, SERVER_FIELDS, python_field
from connector_kit.blueprint.flows import Branch, Flow, Router, Source, Step
from connector_kit.blueprint.functions import StackFunction, hook
from connector_kit.blueprint.holding import Held, held_back, newly_used
from connector_kit.blueprint.listing import Listing, listing_of
from connector_kit.blueprint.merge import Merge, merge
from connector_kit.blueprint.needs import Need
from connector_kit.blueprint.offers import AddOn, Edition, Offer, Stores
from connector_kit.blueprint.plan import (
    Conflict,
    Create,
    Delete,
    Plan,
    PlanStep,
    Unchanged,
    Update,
)
from connector_kit.blueprint.problems import DeclarationError, Problem
from connector_kit.blueprint.sameness import MISSING
from connector_kit.blueprint.tailoring import Situation, tailored

__all__ = [
    "CONNECTOR",
    "ENVELOPE_FIELDS",
    "INTEGRATION",
    "MASK",
    "MISSING",
    "SERVER_FIELDS",
    "STACK",
    "AddOn",
    "Blueprint",
    "Branch",
    "CompiledComponent",
    "Component",
    "Conflict",
    "Connection",
    "Connector",
    "Create",
    "DeclarationError",
    "Delete",
    "Document",
    "Edition",
    "Entitlements",
    "Export",
    "Fence",
    "FieldChange",
    "Flow",
    "Held",
    "Import",
    "Json",
    "Listing",
    "Live",
    "Lookup",
    "Merge",
    "Need",
    "Offer",
    "Plan",
    "PlanStep",
    "Problem",
    "Ref",
    "Router",
    "Script",
    "Situation",
    "Source",
    "StackFunction",
    "Step",
    "Stores",
    "Unchanged",
    "UnresolvedReference",
    "Update",
    "abstract",
    "canonical",
    "compare",
    "compile_connector",
    "digest",
    "held_back",
    "hook",
    "listing_of",
    "merge",
    "newly_used",
    "problems",
    "python_field",
    "ref",
    "references",
    "references_in",
    "resolve",
    "stack_functions",
    "tailored",
]
