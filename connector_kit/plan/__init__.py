"""From three versions of an account to steps: compare, merge, plan. Pure: no Django, no I/O.

A plan is a value: a dry run prints it, the console shows it, the lifecycle applies it.
"""

from connector_kit.plan.awaited_connections import Need
from connector_kit.plan.changes import FieldChange
from connector_kit.plan.compare import Fence, Live, compare, is_as_written
from connector_kit.plan.holding import Held, held_back, newly_used
from connector_kit.plan.merge import Merge, merge
from connector_kit.plan.plan import Conflict, Create, Delete, Plan, PlanStep, Unchanged, Update
from connector_kit.plan.sameness import MISSING

__all__ = [
    "MISSING",
    "Conflict",
    "Create",
    "Delete",
    "Fence",
    "FieldChange",
    "Held",
    "Live",
    "Merge",
    "Need",
    "Plan",
    "PlanStep",
    "Unchanged",
    "Update",
    "compare",
    "held_back",
    "is_as_written",
    "merge",
    "newly_used",
]
