"""A flow's document, read: where it begins, and which steps follow each other.

protocol/resources.md#flow
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.http.wire import Document

KINDS = {"export": "_exportId", "import": "_importId"}


@dataclass(frozen=True)
class Stretch:
    """Steps that follow each other, and the router behind them."""

    processors: tuple[Document, ...] = ()
    router: str | None = None


@dataclass(frozen=True)
class FlowGraph:
    """*generators* make the pages, which go through *start*.

    *is_simple*: the flow is one of before, of one export and one import, whose jobs begin with it.
    """

    generators: tuple[Document, ...]
    start: Stretch
    routers: dict[str, Document] = field(default_factory=dict)
    is_simple: bool = False

    @classmethod
    def of(cls, flow: Document) -> FlowGraph:
        """Read a flow, be it a simple one of before (``_exportId``, ``_importId``)."""
        generators = tuple(objects(flow.get("pageGenerators"))) or _simple_step(flow, "export")
        processors = tuple(objects(flow.get("pageProcessors"))) or _simple_step(flow, "import")
        routers = {str(router.get("id")): router for router in objects(flow.get("routers"))}
        if not routers:
            is_simple = not flow.get("pageGenerators") and bool(generators)
            return cls(generators, Stretch(processors), is_simple=is_simple)
        following = {
            source.get("nextRouterId")
            for router in routers.values()
            for source in (router, *objects(router.get("branches")))
        }
        # Pages begin at the router that no branch leads to.
        first = next((router for router in routers if router not in following), next(iter(routers)))
        return cls(generators, Stretch((), first), routers)

    def branch(self, router: Document, branch: Document) -> Stretch:
        """Return what a branch of a router leads to; *router* says what follows all of them."""
        following = branch.get("nextRouterId") or router.get("nextRouterId")
        known = following if following in self.routers else None
        return Stretch(tuple(objects(branch.get("pageProcessors"))), known)

    def after(self, step_id: str) -> Stretch | None:
        """Return the stretch that begins with a step, None when the flow has no such."""
        for stretch in self._stretches():
            for position, processor in enumerate(stretch.processors):
                if step_of(processor)[1] == step_id:
                    return Stretch(stretch.processors[position:], stretch.router)
        return None

    def steps(self) -> Iterator[tuple[str, str]]:
        """Yield kind and id of every step, the exports that begin first; none twice."""
        found = [("export", str(generator.get("_exportId"))) for generator in self.generators]
        for stretch in self._stretches():
            found += [step_of(processor) for processor in stretch.processors]
        yield from dict.fromkeys(found)

    def _stretches(self) -> Iterator[Stretch]:
        yield self.start
        for router in self.routers.values():
            yield from (self.branch(router, branch) for branch in objects(router.get("branches")))


def step_of(processor: Document) -> tuple[str, str]:
    """Return kind and id of the export or import that a page processor runs."""
    kind = str(processor.get("type") or "")
    if kind not in KINDS:
        kind = "export" if processor.get("_exportId") else "import"
    return kind, str(processor.get(KINDS[kind]))


def _simple_step(flow: Document, kind: str) -> tuple[Document, ...]:
    identity = flow.get(KINDS[kind])
    return ({"type": kind, KINDS[kind]: identity},) if identity else ()
