"""What differs between two releases, as people and programs read it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from connector_kit.documents import Document
from connector_kit.management.plans import counts, render_steps
from connector_kit.models import Change, Release
from connector_kit.publisher.differences import difference, function_changes


def diff_document(older: Release, newer: Release) -> Document:
    """Return ``{"from", "to", "summary", "steps", "functions"}``; what is the same is left out."""
    plan = difference(older, newer)
    return {
        "from": older.version,
        "to": newer.version,
        "summary": plan.summary(),
        "steps": [step.to_json() for step in plan.steps if step.action != "unchanged"],
        "functions": function_changes(older, newer).to_json(),
    }


def render_diff(older: Release, newer: Release, console: Console) -> None:
    """Print each component that comes, goes, or changes, with its fields, and the functions."""
    plan, functions = difference(older, newer), function_changes(older, newer)
    render_steps((step.to_json() for step in plan.steps), console)
    for sign, calls in (("+", functions.added), ("-", functions.removed)):
        for call in calls:
            console.print(f"  {sign} {call}", soft_wrap=True)
    console.print(f"  {counts(plan.summary())}")


def written_steps(changes: Iterable[Change]) -> list[Document]:
    """Return *changes* as steps of a plan: what was written, and which edits were kept."""
    return [
        {
            "action": _ACTIONS.get(change.action, change.action),
            "externalId": change.external_id,
            "resource": change.resource,
            "id": change.resource_id,
            "changes" if change.action in Change.WRITES else "kept": change.fields,
            "certain": change.is_certain,
        }
        for change in changes
    ]


_ACTIONS = {"adopt": "update", "keep": "unchanged"}
"""Actions on record that a plan calls otherwise."""
