"""What taking an installation over writes, and what it keeps, as a plan like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connector_kit.blueprint import CONNECTOR, INTEGRATION, CompiledComponent
from connector_kit.blueprint.fields import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.documents import Document, abstract, ref
from connector_kit.plan import (
    MISSING,
    Conflict,
    FieldChange,
    Plan,
    PlanStep,
    Unchanged,
    Update,
    merge,
)
from connector_kit.takeover.matching import Ambiguity, Matching
from connector_kit.takeover.settings import CarriedSettings

_OF_THE_CODE = ("hooks", "wrapper", "content")
"""Fields with functions, or that name them and the stack that has them: no customer can edit these,
and until its first update an installation is served by the code that made it."""

_SIMPLE = ("_exportId", "_importId", "pageGenerators", "pageProcessors")
"""What a flow runs; an old, simple one has the first two (protocol/resources.md#flow)."""

_KEPT_OF_INTEGRATION = frozenset({"name", "description", "readme"})
"""Fields of the integration that a customer may have edited; the others are the connector's page
and steps."""


@dataclass(frozen=True)
class TakeoverPlan:
    """The *plan* of a takeover, and why: what was recognized, and what becomes of the settings.

    The plan's steps write external ids, and the integration's id where a document lacks it. What
    differs from the base is listed with them as kept. *base* names the version whose documents are
    recorded as applied.
    """

    plan: Plan
    matching: Matching
    settings: CarriedSettings
    base: str

    @property
    def recorded(self) -> list[CompiledComponent]:
        """What is recorded as applied."""
        return [step.component for step in self.plan.steps if isinstance(step, Update | Unchanged)]

    def counts(self) -> dict[str, int]:
        """Return how many documents and fields of each kind there are."""
        kept = [changes for step in self.plan.steps if (changes := _kept_by(step))]
        leftovers = self.matching.leftovers
        return {
            "matched": len(self.matching.matches),
            "ambiguous": len(self.matching.ambiguous),
            "missing": len(self.matching.missing),
            "leftovers": len(leftovers),
            "duplicates": sum(bool(leftover.duplicates) for leftover in leftovers),
            "edited": len(kept),
            "conflicts": sum(map(len, kept)),
        }

    def to_json(self) -> Document:
        """Return the plan as JSON, secrets masked, with its reasons under ``takeover``."""
        matching = self.matching
        return {
            **self.plan.to_json(),
            "takeover": {
                "base": self.base,
                "counts": self.counts(),
                "matched": [item.to_json() for item in matching.matches],
                "ambiguous": [item.to_json() for item in matching.ambiguous],
                "missing": list(matching.missing),
                "leftovers": [item.to_json() for item in matching.leftovers],
                "settings": self.settings.to_json(),
            },
        }


def plan_takeover(
    base: Sequence[CompiledComponent],
    integration: Document,
    matching: Matching,
    settings: CarriedSettings,
    *,
    ids: Mapping[str, str],
    version: str,
) -> TakeoverPlan:
    """Plan to record the documents of *matching* as the components that they are.

    *base* is the version that they are compared with, the installation's page last. *integration*
    is the account's, and *ids* has the names and ids of the context (``@integration``). A field
    that differs from the base is the customer's own from then on. An ambiguous component is a
    conflict, so that nothing is written at all.
    """
    names = {identity: name for name, identity in ids.items()} | matching.names
    documents = {item.component.external_id: item.found.document for item in matching.matches}
    steps: list[PlanStep] = []
    for component in base:
        name = component.external_id
        document = integration if name == INTEGRATION else documents.get(name)
        if document is not None:
            live = abstract(document, names)
            steps.append(_recorded(component, live, str(document["_id"])))
    steps += map(_ambiguous, matching.ambiguous)
    unknown = tuple(item.found.id for item in matching.leftovers)
    return TakeoverPlan(Plan(tuple(steps), unknown), matching, settings, version)


def _recorded(component: CompiledComponent, live: Document, identity: str) -> PlanStep:
    """The step that makes a document the kit's: its external id and tag, and nothing else."""
    base = as_taken_over(component, live)
    compared, owns = _comparable(base.document), component.customer_owns
    # Without a past, a merge lists every field that differs.
    kept = tuple(
        replace(change, settled="customer") for change in merge(compared, None, live, owns).changes
    )
    if component.external_id == INTEGRATION:
        return Unchanged(base, identity, adopted=True, kept=kept)
    marks = {
        "externalId": component.external_id,
        "_connectorId": ref(CONNECTOR),
        "_integrationId": ref(INTEGRATION),
    }
    written = tuple(
        FieldChange(key, live.get(key, MISSING), value)
        for key, value in marks.items()
        if live.get(key) != value
    )
    if not written:
        return Unchanged(base, identity, adopted=True, kept=kept)
    return Update(base, identity, {**live, **marks}, (*written, *kept), live, adopted=True)


def as_taken_over(component: CompiledComponent, live: Document) -> CompiledComponent:
    """Return *component* as the code that made the document *live* would have declared it.

    It has the functions and the settings page of *live*, and what an old, simple flow runs: a
    later version replaces these, whatever they were. All else is the declaration's.
    """
    declared = component.document
    if component.external_id == INTEGRATION:
        of_the_code = [key for key in declared if key not in _KEPT_OF_INTEGRATION]
    else:
        of_the_code = [key for key in _OF_THE_CODE if key in declared or key in live]
    if component.resource == "flows" and live.get("_exportId") and not live.get("pageGenerators"):
        of_the_code += _SIMPLE
    own = {key: value for key, value in declared.items() if key not in of_the_code}
    theirs = {key: live[key] for key in of_the_code if key in live}
    return replace(component, document={**own, **theirs})


def _ambiguous(ambiguity: Ambiguity) -> Conflict:
    component = ambiguity.component
    candidates = ", ".join(f"{item.name!r} ({item.id})" for item in ambiguity.candidates)
    return Conflict(
        component.external_id,
        component.resource,
        "takeover_ambiguous",
        f"{component.resource}/{component.external_id} may be {candidates}; no rule tells.",
        "Name the document in the takeover's rules, under match, or leave these documents.",
    )


def _comparable(document: Document) -> Document:
    left_out = ENVELOPE_FIELDS | SERVER_FIELDS
    return {key: value for key, value in document.items() if key not in left_out}


def _kept_by(step: PlanStep) -> list[FieldChange]:
    changes = step.changes if isinstance(step, Update) else ()
    changes = step.kept if isinstance(step, Unchanged) else changes
    return [change for change in changes if change.settled == "customer"]
