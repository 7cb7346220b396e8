"""Flows: the short form for a line of steps, and full control for the orchestrated ones.

Only what is given is written, so that a flow found in an account can be declared as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Unpack

from connector_kit.blueprint.components import Component, Ref
from connector_kit.blueprint.fields import (
    BranchFields,
    FlowFields,
    RouterFields,
    SourceFields,
    StepFields,
)
from connector_kit.blueprint.functions import HookFunction


class Part:
    """A part of a flow with fields of its own; *kind* says where it is in the document."""

    kind: ClassVar[str]
    keywords: ClassVar[tuple[str, ...]]
    """The part's fields, in Python's spelling."""

    def __init__(self, fields: Mapping[str, Any], wire: Mapping[str, Any] | None) -> None:
        self.fields = fields
        self.wire: Mapping[str, Any] = wire or {}


class Source(Part):
    """A page generator: an export that feeds a flow (protocol/resources.md#flow)."""

    kind = "flows.pageGenerators"
    keywords = tuple(SourceFields.__annotations__)

    def __init__(
        self,
        export: Component | Ref,
        *,
        wire: Mapping[str, Any] | None = None,
        **fields: Unpack[SourceFields],
    ) -> None:
        super().__init__(fields, wire)
        self.export = export

    def __repr__(self) -> str:
        return f"Source({self.export!r})"


class Step(Part):
    """A page processor: an import, or a lookup, that a flow's records run through.

    *response_mapping* carries values of the answer into the record: either
    ``{"generate": "extract"}`` pairs or the platform's document ``{"fields": [...], "lists": []}``.
    *post_response_map* is a hook: a Python function or a script's function.
    """

    kind = "flows.pageProcessors"
    keywords = tuple(StepFields.__annotations__)

    def __init__(
        self,
        component: Component | Ref,
        *,
        post_response_map: HookFunction | Any = None,
        wire: Mapping[str, Any] | None = None,
        **fields: Unpack[StepFields],
    ) -> None:
        super().__init__(fields, wire)
        self.component = component
        self.post_response_map = post_response_map

    def __repr__(self) -> str:
        return f"Step({self.component!r})"


class Router(Part):
    """A fork in a flow: sends each record to the first, or to every, branch that it matches.

    *next_router* is where the records of branches go that name none themselves.
    """

    kind = "flows.routers"
    keywords = ("id", *RouterFields.__annotations__)

    def __init__(
        self,
        id: str,  # noqa: A002  the platform's word
        *,
        branches: Sequence["Branch | Mapping[str, Any]"],
        next_router: "Router | str | None" = None,
        wire: Mapping[str, Any] | None = None,
        **fields: Unpack[RouterFields],
    ) -> None:
        super().__init__({"id": id, **fields}, wire)
        self.id = id
        self.branches = branches
        self.next_router = _router_id(next_router)

    def __repr__(self) -> str:
        return f"Router({self.id!r})"


class Branch(Part):
    """One way out of a router: its own steps, then the end or the *next_router*.

    In a tool, every way leads to the router ``"outputRouter"``; in an API to ``"apiRouter"``.
    """

    kind = "flows.routers.branches"
    keywords = ("name", *BranchFields.__annotations__)

    def __init__(
        self,
        name: str | None = None,
        *,
        steps: Sequence[Any] | None = None,
        next_router: Router | str | None = None,
        wire: Mapping[str, Any] | None = None,
        **fields: Unpack[BranchFields],
    ) -> None:
        name_field = {} if name is None else {"name": name}
        super().__init__({**name_field, **fields}, wire)
        self.steps = steps
        self.next_router = _router_id(next_router)

    def __repr__(self) -> str:
        return f"Branch({self.fields.get('name')!r})"


def _router_id(router: Router | str | None) -> str | None:
    return router.id if isinstance(router, Router) else router


class Flow(Component):
    """Exports and imports wired together (protocol/resources.md#flow).

    *source* is an export, a `Source` or a list of them; *steps* are imports, lookups or `Step`s.
    ``page_generators``, ``page_processors`` and ``routers`` take the platform's documents, or
    `Source`, `Step` and `Router`. *section* is the title under which the settings page lists the
    flow; without one it is listed under the connector's name (protocol/settings-forms.md 1.3).
    """

    keywords = ("name", *FlowFields.__annotations__)

    def __init__(
        self,
        name: str | None = None,
        *,
        source: Any = None,
        steps: Sequence[Any] | None = None,
        section: str | None = None,
        **fields: Unpack[FlowFields],
    ) -> None:
        super().__init__("flows", name, **fields)
        self.source = source
        self.steps = steps
        self.section = section
