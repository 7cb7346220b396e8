"""Routers: which branch a record takes (protocol/resources.md#flow)."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.flows.runner.exceptions import StepFailed
from connector_kit.sandbox.flows.runner.items import Item
from connector_kit.sandbox.flows.runner.loading import LoadedFlow
from connector_kit.sandbox.http.errors import Refusal, refuse
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.expressions import Scope, holds
from connector_kit.sandbox.pipeline.lookups import RecordFailed

ALL = "all_matching_branches"
SCRIPT = "script"


async def route_items(loaded: LoadedFlow, router: Document, items: list[Item]) -> list[list[Item]]:
    """Return the items of each branch, in the order of the branches.

    A record that matches none goes nowhere. Raises `StepFailed` when the router cannot decide.
    """
    branches = [*objects(router.get("branches"))]
    rules = [
        find(branch, ("inputFilter", "rules"))
        or find(branch, ("inputFilter", "expression", "rules"))
        for branch in branches
    ]
    settings = loaded.document.get("settings")
    try:
        if router.get("routeRecordsUsing") == SCRIPT:
            chosen = await _choose_by_script(loaded, router, branches, items)
        else:
            scopes = [Scope(item.record, settings) for item in items]
            chosen = [
                [position for position, rule in enumerate(rules) if holds(rule, scope)]
                for scope in scopes
            ]
    except Refusal as refusal:
        raise StepFailed(str(router.get("id")), refusal.errors, "internal") from refusal
    except RecordFailed as failed:
        raise StepFailed(str(router.get("id")), [failed.error], "input_filter") from failed
    ways: list[list[Item]] = [[] for _ in branches]
    for item, positions in zip(items, chosen, strict=True):
        for position in positions if router.get("routeRecordsTo") == ALL else positions[:1]:
            ways[position].append(item)
    return ways


async def _choose_by_script(
    loaded: LoadedFlow, router: Document, branches: list[Document], items: list[Item]
) -> list[list[int]]:
    """Ask the router's function, which answers indices of branches, or their names (P6)."""
    script = router["script"] if isinstance(router.get("script"), dict) else {}
    settings = loaded.document.get("settings")
    options = [{"record": item.record, "settings": settings} for item in items]
    places = {str(branch.get("name")): place for place, branch in enumerate(branches)}
    chosen: list[list[int]] = []
    for answer in await loaded.platform.scripts.call_each(loaded.flow.account_id, script, options):
        if isinstance(answer, Refusal):
            raise answer
        words = answer if isinstance(answer, list) else [answer]
        indices: list[Any] = [
            places.get(word, word) if isinstance(word, str) else word for word in words
        ]
        if not all(isinstance(index, int) and 0 <= index < len(branches) for index in indices):
            raise refuse(
                422,
                "invalid_extension_response",
                "A branching function must answer names of branches or indices from 0 to "
                f"{len(branches) - 1}, not {answer!r}.",
            )
        chosen.append(indices)
    return chosen
