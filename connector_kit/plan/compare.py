"""The three-way comparison of a whole account: what is declared, was applied, and is live.

Documents are matched by the component that they were recognized as, and only those are touched that
carry this installation's tag (protocol/README.md, rules 1 and 5).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.fields import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.blueprint.identity import Identity, identifier
from connector_kit.blueprint.paths import Path, spelled
from connector_kit.blueprint.resources import INTEGRATION
from connector_kit.documents import Document, Json, ref, references, referred
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
from connector_kit.plan.sameness import MISSING, is_mapping

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
    external id yet, or a wrong one; the component was recognized by something else. *double_of*
    names the component that the document was made for, but another is now.
    """

    id: str
    external_id: str
    resource: str
    document: Document = field(repr=False)
    connector_id: str | None
    integration_id: str | None
    is_unnamed: bool = False
    double_of: str = ""


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
    # The settings page refers to flows, so the installation comes after them.
    ordered = sorted(declared, key=lambda component: component.external_id == INTEGRATION)
    outcomes = [_outcome(component, account, applied, recreated) for component in ordered]
    names = {component.external_id for component in declared} | {INTEGRATION}
    retired = {name: item for name, item in applied.items() if name not in names}
    return Plan(
        steps=(
            *(outcome.step for outcome in outcomes),
            *chain.from_iterable(
                account.without_doubles(component, applied.get(component.external_id))
                for component in ordered
            ),
            *_removals(retired, account, outcomes),
        ),
        unknown=account.unknown(known=names | applied.keys()),
        gone=tuple(sorted(account.lacking(retired))),
    )


class _Account:
    """The live documents by external id, as one installation sees them."""

    def __init__(self, live: Iterable[Live], fence: Fence) -> None:
        self._fence = fence
        self._by_name: dict[str, list[Live]] = defaultdict(list)
        self._doubles: dict[str, list[Live]] = defaultdict(list)
        for document in live:
            if document.double_of:
                self._doubles[document.double_of].append(document)
            else:
                self._by_name[document.external_id].append(document)

    def mine(self, component: CompiledComponent) -> list[Live]:
        """The installation's documents for *component*: one, if all is well."""
        return [
            live
            for live in self._by_name.get(component.external_id, ())
            if self._fence.holds(live) and live.resource == component.resource
        ]

    def without_doubles(
        self, component: CompiledComponent, applied: CompiledComponent | None
    ) -> Iterator[PlanStep]:
        """Remove what a lost create left beside the document of *component*, if it is untouched."""
        versions = [component, applied] if applied else [component]
        for double in self._doubles.get(component.external_id, ()):
            if any(is_as_written(version, double) for version in versions):
                yield Delete(double.external_id, double.resource, double.id, double.document)
            else:
                found = (*self.mine(component), double)
                yield conflicts.duplicated(component, (live.id for live in found))

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


def _outcome(
    component: CompiledComponent,
    account: _Account,
    applied: Mapping[str, CompiledComponent],
    recreated: Set[str],
) -> _Outcome:
    name, found = component.external_id, account.mine(component)
    step: PlanStep
    if len(found) == 1:
        return _merged(component, applied.get(name), found[0], recreated)
    if found:
        step = conflicts.duplicated(component, (live.id for live in found))
    elif conflict := account.trespasser(component):
        step = conflict
    elif name == INTEGRATION:
        step = conflicts.vanished(component)
    elif name in applied and name not in recreated:
        step = conflicts.deleted(component)
    else:
        step = Create(component)
    return _Outcome(step, component.document)


def _merged(
    component: CompiledComponent,
    applied: CompiledComponent | None,
    live: Live,
    recreated: Set[str],
) -> _Outcome:
    """Return what becomes of a component that the account holds once, as it should."""
    if applied and applied.digest == component.digest:
        merged = Merge(live.document, ())
    else:
        merged = merge(
            _comparable(component),
            _comparable(applied) if applied else None,
            live.document,
            component.customer_owns,
        )
    dead = references(live.document) & recreated if recreated else frozenset()
    changes = (*merged.changes, *_revived(merged.document, dead))
    document, name = merged.document, component.external_id
    if live.is_unnamed:
        document = {**document, "externalId": name}
        before = live.document.get("externalId", MISSING)
        changes = (*changes, FieldChange("externalId", before, name))
    data = _first_had(component, applied)
    changes = (*changes, *(FieldChange(f"data.{key}", MISSING, data[key]) for key in data))
    is_adopted = applied is None and name != INTEGRATION
    step: PlanStep
    if not any(change.is_written for change in changes):
        step = Unchanged(component, live.id, is_adopted, kept=changes)
    else:
        before = _cut(live.document, dead) if dead else live.document
        step = Update(component, live.id, document, changes, before, is_adopted, data)
        try:
            step.writes()
        except Masked as error:
            step = conflicts.masked(component, error.path)
    return _Outcome(step, merged.document)


def _first_had(component: CompiledComponent, applied: CompiledComponent | None) -> dict[str, str]:
    """Return the rows whose keys *component* has and *applied* had not: all others were there."""
    earlier = applied.data if applied else {}
    return {key: value for key, value in component.data.items() if key not in earlier}


def is_as_written(component: CompiledComponent, live: Live) -> bool:
    """Tell whether *live* is what writing *component* makes, and nobody has changed it since."""
    itself = replace(component, data={})
    step = _merged(itself, None, replace(live, is_unnamed=False), frozenset()).step
    return isinstance(step, Unchanged) and not step.kept


def _comparable(component: CompiledComponent) -> Document:
    """What the account and the server decide about a document is not the declaration's."""
    return {key: value for key, value in component.document.items() if key not in _NOT_COMPARED}


def _removals(
    retired: Mapping[str, CompiledComponent], account: _Account, outcomes: Iterable[_Outcome]
) -> Iterator[PlanStep]:
    """Yield the steps that remove what is no longer declared, referrers first.

    Nothing is removed that a document which stays still refers to.
    """
    if not retired:
        return
    found = {name: account.mine(component) for name, component in retired.items()}
    targets: dict[str, set[str]] = {}
    for name, component in retired.items():
        documents = (component.document, *(live.document for live in found[name]))
        targets[name] = set().union(*map(references, documents))
    users: dict[str, list[str]] = defaultdict(list)
    for step, document in outcomes:
        left_out = _BOOKKEEPING if step.external_id == INTEGRATION else frozenset()
        used = {key: value for key, value in document.items() if key not in left_out}
        for name in references(used) & retired.keys():
            users[name].append(step.external_id)

    for name in removal_order({name: sorted(targets[name]) for name in retired}):
        for live in found[name]:
            if name in users:
                yield conflicts.in_use(name, live.resource, users[name])
            else:
                yield Delete(name, live.resource, live.id, live.document)
        if not found[name] and (conflict := account.trespasser(retired[name])):
            yield conflict


def _revived(document: Document, names: Set[str]) -> tuple[FieldChange, ...]:
    """Return a change for every reference in *document* to one of *names*, which are dead ids.

    The references are written again once the deleted documents have been recreated.
    """
    if not names:
        return ()
    return tuple(
        FieldChange(spelled(path), MISSING, ref(name))
        for path, name in _places((), document, names)
    )


def _cut(value: Json, names: Set[str]) -> Json:
    """Return *value* with null where it refers to one of *names*."""
    if referred(value) in names:
        return None
    if is_mapping(value):
        return {key: _cut(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_cut(item, names) for item in value]
    return value


def _places(path: Path, value: Json, names: Set[str]) -> Iterator[tuple[Path, str]]:
    name = referred(value)
    if name is not None and name in names:
        yield path, name
    elif is_mapping(value):
        for key, item in value.items():
            yield from _places((*path, key), item, names)
    elif isinstance(value, list):
        way = identifier(str(path[-1]), value)
        numbered = ((str(n), item) for n, item in enumerate(value))
        items: Iterable[tuple[str | Identity, Json]] = way.items(value).items() if way else numbered
        for place, item in items:
            yield from _places((*path, place), item, names)
