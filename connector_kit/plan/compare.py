"""The three-way comparison of a whole account: what is declared, was applied, and is live.

Documents are matched by external id, never by name or position, and only those are touched that
carry this installation's tag (protocol/README.md, rules 1 and 5).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.fields import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.blueprint.resources import INTEGRATION
from connector_kit.documents import Document, references
from connector_kit.plan import conflicts
from connector_kit.plan.changes import FieldChange
from connector_kit.plan.merge import Merge, merge
from connector_kit.plan.patch import Masked
from connector_kit.plan.plan import (
    Conflict,
    Create,
    Delete,
    Plan,
    PlanStep,
    Unchanged,
    Update,
)
from connector_kit.plan.removal import removal_order
from connector_kit.plan.revival import cut, revived
from connector_kit.plan.sameness import MISSING

_NOT_COMPARED = ENVELOPE_FIELDS | SERVER_FIELDS

_BOOKKEEPING = frozenset(
    {
        *("install", "installSteps", "uninstallSteps", "changeEditionSteps"),
        "_registeredConnectionIds",
    }
)
"""Fields of the integration that name connections without using them: steps that have been taken,
and who may see what (protocol/resources.md#integration)."""


@dataclass(frozen=True)
class Live:
    """A document as an account holds it: complete, with its envelope, but abstracted.

    *external_id* is ``@integration`` for the installation itself. *is_unnamed*: the document has no
    external id yet; the component that it is was recognized by something else.
    """

    id: str
    external_id: str
    resource: str
    document: Document = field(repr=False)
    connector_id: str | None
    integration_id: str | None
    is_unnamed: bool = False


@dataclass(frozen=True)
class Fence:
    """The tag of one installation: documents without it are left alone.

    In an account whose token the publisher has, documents belong to no connector.
    """

    connector_id: str | None
    integration_id: str

    def holds(self, live: Live) -> bool:
        """Tell whether *live* belongs to the installation."""
        return (live.connector_id, live.integration_id) == (self.connector_id, self.integration_id)


def compare(
    declared: Sequence[CompiledComponent],
    applied: Mapping[str, CompiledComponent],
    live: Sequence[Live],
    *,
    fence: Fence,
    recreate_deleted: bool = False,
    replaced: Set[str] = frozenset(),
) -> Plan:
    """Return the plan that turns *live* into *declared*, keeping what only the customer changed.

    *declared* comes in dependency order. *applied* is what was last written, by external id; a
    live component that it lacks is adopted. A component that it has and the account lost is a
    conflict, or made again with *recreate_deleted*. References to the components in *replaced* are
    written again: some may still lead to a document that these took the place of.
    """
    account = _Account(live, fence)
    recreated = replaced | (account.lacking(applied) if recreate_deleted else frozenset())
    comparison = _Comparison(account, applied, recreated)
    outcomes = [comparison.outcome(component) for component in _installation_last(declared)]
    names = {component.external_id for component in declared} | {INTEGRATION}
    retired = {name: item for name, item in applied.items() if name not in names}
    return Plan(
        steps=(
            *(outcome.step for outcome in outcomes),
            *_unless_in_use(_removals(retired, account), outcomes),
        ),
        unknown=account.unknown(known=names | applied.keys()),
        gone=tuple(sorted(account.lacking(retired))),
    )


class _Account:
    """The live documents by external id, as one installation sees them."""

    def __init__(self, live: Iterable[Live], fence: Fence) -> None:
        self._fence = fence
        self._by_name: dict[str, list[Live]] = defaultdict(list)
        for document in live:
            self._by_name[document.external_id].append(document)

    def mine(self, component: CompiledComponent) -> list[Live]:
        """The installation's documents for *component*: one, if all is well."""
        return [
            live
            for live in self._by_name.get(component.external_id, ())
            if self._fence.holds(live) and live.resource == component.resource
        ]

    def trespasser(self, component: CompiledComponent) -> Conflict | None:
        """Say what is wrong with another owner's document that has *component*'s name."""
        found = self._by_name.get(component.external_id)
        if not found:
            return None
        is_ours = any(live.connector_id == self._fence.connector_id for live in found)
        return conflicts.foreign(component) if is_ours else conflicts.untagged(component)

    def lacking(self, names: Iterable[str]) -> frozenset[str]:
        """Which of *names* no document goes by."""
        return frozenset(name for name in names if name not in self._by_name)

    def unknown(self, known: Set[str]) -> tuple[str, ...]:
        """Documents that have the installation's tag, but are not *known*."""
        found = chain.from_iterable(
            documents for name, documents in self._by_name.items() if name not in known
        )
        return tuple(live.external_id or live.id for live in found if self._fence.holds(live))


class _Outcome(NamedTuple):
    """A step, and the document that the account holds when it is done."""

    step: PlanStep
    document: Document


@dataclass(frozen=True)
class _Comparison:
    """Compares one declared component at a time."""

    account: _Account
    applied: Mapping[str, CompiledComponent]
    recreated: Set[str]

    def outcome(self, component: CompiledComponent) -> _Outcome:
        found = self.account.mine(component)
        if len(found) == 1:
            return self._existing(component, found[0])
        return _Outcome(self._absent(component, found), component.document)

    def _absent(self, component: CompiledComponent, found: list[Live]) -> PlanStep:
        name = component.external_id
        if found:
            return conflicts.duplicated(component, (live.id for live in found))
        if conflict := self.account.trespasser(component):
            return conflict
        if name == INTEGRATION:
            return conflicts.vanished(component)
        if name in self.applied and name not in self.recreated:
            return conflicts.deleted(component)
        return Create(component)

    def _existing(self, component: CompiledComponent, live: Live) -> _Outcome:
        merged = _merged(component, self.applied.get(component.external_id), live)
        dead = references(live.document) & self.recreated if self.recreated else frozenset()
        step = self._step(component, live, merged, dead)
        return _Outcome(step, merged.document)

    def _step(
        self, component: CompiledComponent, live: Live, merged: Merge, dead: Set[str]
    ) -> PlanStep:
        name = component.external_id
        is_adopted = name not in self.applied and name != INTEGRATION
        changes = (*merged.changes, *revived(merged.document, dead))
        document = merged.document
        if live.is_unnamed:
            document = {**document, "externalId": name}
            changes = (*changes, FieldChange("externalId", MISSING, name))
        if not any(change.is_written for change in changes):
            return Unchanged(component, live.id, is_adopted, kept=changes)
        before = cut(live.document, dead) if dead else live.document
        update = Update(component, live.id, document, changes, before, is_adopted)
        try:
            update.writes()
        except Masked as error:
            return conflicts.masked(component, error.path)
        return update


def _merged(component: CompiledComponent, applied: CompiledComponent | None, live: Live) -> Merge:
    if applied and applied.digest == component.digest:
        return Merge(live.document, ())
    return merge(
        _comparable(component),
        _comparable(applied) if applied else None,
        live.document,
        component.customer_owns,
    )


def _comparable(component: CompiledComponent) -> Document:
    """What the account and the server decide about a document is not the declaration's."""
    return {key: value for key, value in component.document.items() if key not in _NOT_COMPARED}


def _installation_last(declared: Iterable[CompiledComponent]) -> list[CompiledComponent]:
    """The settings page refers to flows, so it comes after them."""
    return sorted(declared, key=lambda component: component.external_id == INTEGRATION)


def _removals(retired: Mapping[str, CompiledComponent], account: _Account) -> Iterator[PlanStep]:
    """The steps that remove what is no longer declared, referrers first."""
    found = {name: account.mine(component) for name, component in retired.items()}
    for name in removal_order({name: _targets(retired[name], found[name]) for name in retired}):
        for live in found[name]:
            yield Delete(name, live.resource, live.id, live.document)
        if not found[name] and (conflict := account.trespasser(retired[name])):
            yield conflict


def _targets(component: CompiledComponent, found: Iterable[Live]) -> list[str]:
    documents = (component.document, *(live.document for live in found))
    return sorted(set().union(*map(references, documents)))


def _unless_in_use(
    removals: Iterable[PlanStep], outcomes: Iterable[_Outcome]
) -> Iterator[PlanStep]:
    """Nothing is removed that a document which stays still refers to."""
    steps = list(removals)
    users = _users({step.external_id for step in steps}, outcomes)
    for step in steps:
        if isinstance(step, Delete) and step.external_id in users:
            yield conflicts.in_use(step.external_id, step.resource, users[step.external_id])
        else:
            yield step


def _users(names: Set[str], outcomes: Iterable[_Outcome]) -> dict[str, list[str]]:
    """By name, the components that refer to it when the plan is done."""
    users: dict[str, list[str]] = defaultdict(list)
    if names:
        for step, document in outcomes:
            for name in sorted(references(_using(step, document)) & names):
                users[name].append(step.external_id)
    return users


def _using(step: PlanStep, document: Document) -> Document:
    """What of *document* would break without the components it refers to."""
    if step.external_id != INTEGRATION:
        return document
    return {key: value for key, value in document.items() if key not in _BOOKKEEPING}
