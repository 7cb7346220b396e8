"""The order in which components can be created: nothing before what it refers to."""

import heapq
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.resources import resource_type
from connector_kit.documents import references


def dependencies(components: Sequence[CompiledComponent]) -> dict[str, list[str]]:
    """Return, for each component, the components that it refers to, in a stable order."""
    known = {component.external_id for component in components}
    return {
        component.external_id: sorted(references(component.document) & known)
        for component in components
    }


def cycles(graph: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return loops of references, each as the names along it with the first one repeated.

    Breaking all of them leaves none.
    """
    edges = {name: list(targets) for name, targets in graph.items()}
    found: list[list[str]] = []
    while True:
        try:
            TopologicalSorter(edges).prepare()
        except CycleError as error:
            # graphlib names each node before the one that depends on it.
            loop: list[str] = error.args[1][::-1]
            found.append(loop)
            edges[loop[0]].remove(loop[1])
        else:
            return found


def dependency_order(components: Sequence[CompiledComponent]) -> tuple[CompiledComponent, ...]:
    """Return *components*, which form no cycle, so that references point backwards.

    Types of a lower rank come first, as far as references allow; equals stay in the order of
    declaration.
    """
    priority = {
        component.external_id: (resource_type(component.resource).rank, n)
        for n, component in enumerate(components)
    }
    sorter = TopologicalSorter(dependencies(components))
    sorter.prepare()
    ready: list[tuple[tuple[int, int], str]] = []
    order: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, (priority[name], name))
        order.append(heapq.heappop(ready)[1])
        sorter.done(order[-1])
    by_name = {component.external_id: component for component in components}
    return tuple(by_name[name] for name in order)
