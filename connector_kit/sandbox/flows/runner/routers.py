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

    A record that matches none goes nowhere. Raises `StepFailed` when it cannot be told.
    """
    branches = [*objects(router.get("branches"))]
    chosen = await _choose(loaded, router, branches, items)
    ways: list[list[Item]] = [[] for _ in branches]
    for item, positions in zip(items, chosen, strict=True):
        for position in positions if router.get("routeRecordsTo") == ALL else positions[:1]:
            ways[position].append(item)
    return ways


async def _choose(
    loaded: LoadedFlow, router: Document, branches: list[Document], items: list[Item]
) -> list[list[int]]:
    settings = loaded.document.get("settings")
    try:
        if router.get("routeRecordsUsing") == SCRIPT:
            return await _by_script(loaded, router, len(branches), items)
        return [
            [
                position
                for position, branch in enumerate(branches)
                if holds(_rules(branch), Scope(entry.record, settings))
            ]
            for entry in items
        ]
    except Refusal as refusal:
        raise StepFailed(str(router.get("id")), refusal.errors, "internal") from refusal
    except RecordFailed as failed:
        raise StepFailed(str(router.get("id")), [failed.error], "input_filter") from failed


async def _by_script(
    loaded: LoadedFlow, router: Document, count: int, items: list[Item]
) -> list[list[int]]:
    """Ask the router's function, which answers indices of branches."""
    script = router["script"] if isinstance(router.get("script"), dict) else {}
    settings = loaded.document.get("settings")
    options = [{"record": entry.record, "settings": settings} for entry in items]
    platform, account_id = loaded.platform, loaded.flow.account_id
    answers = await platform.scripts.call_each(account_id, script, options)
    return [_indices(answer, count) for answer in answers]


def _indices(answer: Any, count: int) -> list[int]:
    if isinstance(answer, Refusal):
        raise answer
    found = answer if isinstance(answer, list) else [answer]
    if not all(isinstance(entry, int) and 0 <= entry < count for entry in found):
        raise refuse(
            422,
            "invalid_extension_response",
            f"A branching function must answer indices from 0 to {count - 1}, not {answer!r}.",
        )
    return found


def _rules(branch: Document) -> Any:
    told = branch.get("inputFilter")
    if not isinstance(told, dict):
        return None
    return told.get("rules") or find(told, ("expression", "rules"))
