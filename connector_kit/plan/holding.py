"""What of a version waits until someone has logged in to a connection that it begins to use. Pure.

A running flow keeps running: new parts that cannot log in yet stay out of it, and a replacement
that cannot log in yet does not replace what works. Everything else is applied at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace

from connector_kit.blueprint.compiled import Blueprint, CompiledComponent
from connector_kit.blueprint.resources import INTEGRATION
from connector_kit.documents import Document, Json, references
from connector_kit.plan.awaited_connections import Need, Waiting
from connector_kit.plan.flow_steps import (
    feed_others,
    run_by,
    steps_of,
    structure_of,
    without_steps,
)
from connector_kit.plan.login_request import with_request

Components = Mapping[str, CompiledComponent]


@dataclass(frozen=True)
class Held:
    """The part of a version that can be applied now, and what the rest waits for."""

    blueprint: Blueprint
    needs: tuple[Need, ...] = ()


def newly_used(blueprint: Blueprint, applied: Components) -> frozenset[str]:
    """Return the connections that *blueprint* begins to use.

    *applied* is what the account has. These must be online before all of the blueprint can be
    applied. Among them are those that a flow would come to use through a component that stays as
    it is, because a connection of its new form is awaited.
    """
    declared = _by_name(blueprint)
    reach = _Reach({**applied, **declared}, applied)
    had = _Reach({**declared, **applied})
    gained: set[str] = set()
    for component in _users(blueprint.components):
        name, before = component.external_id, applied.get(component.external_id)
        if _is_begun(component, before):
            gained |= reach.of(name)
        elif before is not None:
            gained |= reach.of(name) - had.of(name)
    return frozenset(gained)


def held_back(blueprint: Blueprint, applied: Components, awaited: Iterable[str]) -> Held:
    """Return what of *blueprint* can be applied before anyone logs in to the *awaited* connections.

    *applied* is what the account has; once the result is applied it stays the same. A component
    that is there keeps what it has instead of beginning to use one of them; of a flow, only the
    steps that would use one are left out. A flow that would be new or be switched on is switched
    off. Nothing else is affected: without *awaited* the result is *blueprint* itself.
    """
    names = frozenset(awaited)
    return _Holding(blueprint, applied, names).held() if names else Held(blueprint)


def _users(components: Iterable[CompiledComponent]) -> Iterator[CompiledComponent]:
    """Components that may use connections; connections may use one another, but never wait."""
    return (component for component in components if component.resource != "connections")


def _is_off(flow: CompiledComponent) -> bool:
    return bool(flow.document.get("disabled"))


def _is_begun(component: CompiledComponent, before: CompiledComponent | None) -> bool:
    """Whether *component* is a flow that begins to run: it is new, or it was switched off."""
    is_running = component.resource == "flows" and not _is_off(component)
    return is_running and (before is None or _is_off(before))


class _Reach:
    """The connections that components depend on: directly, or through what they refer to.

    With *others*, a component also depends on what its namesake there does.
    """

    def __init__(self, components: Components, others: Components | None = None) -> None:
        self._components, self._others = components, others or {}
        self._known: dict[str, frozenset[str]] = {}

    def of(self, name: str) -> frozenset[str]:
        """The connections of the component called *name*; none of one that is not there."""
        component = self._components.get(name)
        if component is None or name == INTEGRATION:
            return frozenset()
        if name not in self._known:
            self._known[name] = frozenset()  # where references go in a circle
            other = self._others.get(name) if component.resource != "flows" else None
            found = [self.of_document(item.document) for item in (component, other) if item]
            self._known[name] = frozenset().union(*found)
        return self._known[name]

    def of_document(self, document: Document) -> frozenset[str]:
        """The connections that *document* depends on; a flow that it starts runs by itself."""
        return frozenset().union(*map(self.behind, references(document)))

    def behind(self, name: str) -> frozenset[str]:
        """The connections that come into use through a reference to *name*."""
        component = self._components.get(name)
        if component is None or component.resource == "flows":
            return frozenset()
        return frozenset({name}) if component.resource == "connections" else self.of(name)


class _Holding:
    """Computes what of one version can be applied now."""

    def __init__(self, blueprint: Blueprint, applied: Components, awaited: Set[str]) -> None:
        self._blueprint, self._applied, self._awaited = blueprint, applied, awaited
        # What the records have lost is as declared, wherever something applied refers to it.
        self._had = _Reach({**_by_name(blueprint), **applied})
        self._kept: dict[str, CompiledComponent] = {}
        self._flows: dict[str, CompiledComponent] = {}
        self._waiting: dict[str, list[Waiting]] = {}

    def held(self) -> Held:
        known = -1
        while len(self._kept) > known:
            # What is kept can lead something else to an awaited connection, in its old form.
            known = len(self._kept)
            self._waiting = {name: [] for name in sorted(self._awaited)}
            self._hold_components()
            self._hold_flows()
        changed = self._kept | self._flows
        self._keep_what_is_used(changed)
        needs = tuple(
            Need(name, self._name_of(name), tuple(waiting))
            for name, waiting in self._waiting.items()
            if waiting
        )
        declared = [
            changed.pop(component.external_id, component)
            for component in self._blueprint.components
        ]
        blueprint = replace(
            self._blueprint,
            components=(*changed.values(), *declared),
            integration=with_request(self._blueprint.integration, needs),
        )
        return Held(blueprint, needs)

    def _now(self) -> _Reach:
        """What components reach once what is kept so far is; it may refer to what is retired."""
        return _Reach({**self._applied, **_by_name(self._blueprint), **self._kept})

    def _hold_components(self) -> None:
        """Keep each component that is there and would begin to use what is awaited."""
        now = self._now()
        for component in _users(self._blueprint.components):
            name = component.external_id
            if component.resource == "flows" or name not in self._applied:
                continue
            lacking = (now.of_document(component.document) - self._had.of(name)) & self._awaited
            for connection in sorted(lacking):
                self._waiting[connection].append(Waiting(name, self._name_of(name)))
            if lacking:
                self._kept[name] = self._applied[name]

    def _hold_flows(self) -> None:
        now = self._now()
        for component in self._blueprint.components:
            if component.resource == "flows":
                self._hold_flow(component, now)

    def _hold_flow(self, flow: CompiledComponent, now: _Reach) -> None:
        name, before = flow.external_id, self._applied.get(flow.external_id)
        wanted = now.of(name) & self._awaited
        lacking = wanted - self._had.of(name) if before else frozenset()
        waits_whole = bool(wanted) and _is_begun(flow, before)
        if lacking or waits_whole:
            self._note(flow, wanted if waits_whole else lacking, now, is_off=waits_whole)
            held = self._without_late(flow, before, now) if before and lacking else flow
            self._flows[name] = _with(held, disabled=True) if waits_whole else held

    def _without_late(
        self, flow: CompiledComponent, before: CompiledComponent, now: _Reach
    ) -> CompiledComponent:
        """Leave the steps out that cannot log in yet, or what the flow runs as it is."""
        lacking = self._awaited - self._had.of(flow.external_id)
        late = {
            reference for reference in references(flow.document) if now.behind(reference) & lacking
        }
        variants = [_with(flow, **structure_of(before.document)), before]
        # Late steps can be left out unless they replace others or leave a list empty.
        is_replacing = run_by(before.document) - run_by(flow.document)
        pruned = without_steps(flow.document, late)
        if pruned is not None and not is_replacing:
            variants.insert(0, replace(flow, document=pruned))
        if feed_others(flow.document, late):
            # What runs beside a step that waits stays as it is: it may rely on that step's results.
            for name in sorted(run_by(flow.document) & run_by(before.document)):
                if name in self._applied and self._declared(name) != self._applied[name]:
                    self._kept[name] = self._applied[name]
        return next(
            variant for variant in variants if not now.of_document(variant.document) & lacking
        )

    def _keep_what_is_used(self, kept: dict[str, CompiledComponent]) -> None:
        """Keep what is no longer declared while something that is *kept* uses it."""
        todo = list(kept.values())
        while todo:
            for name in sorted(references(todo.pop().document)):
                is_retired = self._declared(name) is None and name not in kept
                if is_retired and (used := self._applied.get(name)):
                    kept[name] = used
                    todo.append(used)

    def _note(
        self, flow: CompiledComponent, lacking: Set[str], now: _Reach, *, is_off: bool = False
    ) -> None:
        """Say which steps of *flow* wait for which connection."""
        for connection in sorted(lacking & now.of(flow.external_id)):
            late = [name for name in steps_of(flow.document) if connection in now.behind(name)]
            steps = tuple(map(self._name_of, late))
            name = self._name_of(flow.external_id)
            self._waiting[connection].append(Waiting(flow.external_id, name, steps, is_off))

    def _declared(self, name: str) -> CompiledComponent | None:
        try:
            return self._blueprint.component(name)
        except KeyError:
            return None

    def _name_of(self, name: str) -> str:
        component = self._declared(name)
        return str((component.document.get("name") if component else None) or name)


def _by_name(blueprint: Blueprint) -> dict[str, CompiledComponent]:
    return {component.external_id: component for component in blueprint.components}


def _with(component: CompiledComponent, **fields: Json) -> CompiledComponent:
    """*component* with *fields* of its document changed; None leaves one out."""
    document = {**component.document, **fields}
    left = {key: value for key, value in document.items() if key not in fields or value is not None}
    return replace(component, document=left)
