"""What an operation leaves behind if it is interrupted between a write and its record. Pure.

A write is one request, so it happened as a whole or not at all, and the account tells which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connector_kit.blueprint import CompiledComponent
from connector_kit.lifecycle.account import by_external_id
from connector_kit.plan import Fence, Live, Unchanged, compare

Applied = Mapping[str, CompiledComponent]


def as_left_behind(
    applied: Applied,
    interrupted: Iterable[Sequence[CompiledComponent]],
    live: Sequence[Live],
    *,
    fence: Fence,
) -> dict[str, CompiledComponent]:
    """*applied* as the records would have it, had every write been recorded.

    *interrupted* are the components that each interrupted operation should have written, oldest
    first. Without this, a rollback to an older release would take their writes for the customer's
    edits.
    """
    held = {document.external_id: document for document in live if fence.holds(document)}
    known = dict(applied)
    for brought in interrupted:
        declared = by_external_id(brought)
        for name, component in declared.items():
            if name in held and _was_written(component, known.get(name), held[name], fence):
                known[name] = component
        for name in known.keys() - declared.keys() - held.keys():
            del known[name]
    return known


def undoubted(applied: Applied, interrupted: Iterable[Sequence[CompiledComponent]]) -> Applied:
    """Those of *applied* that none of the *interrupted* operations should have changed."""
    brought = [component for components in interrupted for component in components]
    doubtful = {
        component.external_id
        for component in brought
        if applied.get(component.external_id) != component
    }
    return {name: item for name, item in applied.items() if name not in doubtful}


def _was_written(
    component: CompiledComponent, before: CompiledComponent | None, live: Live, fence: Fence
) -> bool:
    """Whether *live* already is what writing *component* over *before* would make of it."""
    known = {component.external_id: before} if before else {}
    [step] = compare([component], known, [live], fence=fence).steps
    return isinstance(step, Unchanged)
