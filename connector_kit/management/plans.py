"""Plans as people read them."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rich.console import Console

from connector_kit.documents import Document
from connector_kit.publisher import InstallationPlan

VALUE_WIDTH = 70
"""Characters of a value that are shown; longer ones are cut, and ``--json`` shows them whole."""

_STYLES = {"create": "green", "update": "yellow", "delete": "red", "conflict": "bold red"}
_SETTLED = {"customer": "customer's value kept", "connector": "customer's value overwritten"}
_SIGNS = {"create": "+", "update": "~", "delete": "-", "unchanged": "=", "conflict": "!"}


def render_plan(answer: InstallationPlan, console: Console) -> None:
    """Print what an update would do to one installation."""
    row = answer.installation
    who = f"{row.label} ({row.integration_id}, {row.environment})"
    console.print(f"{who}: {row.version or 'no version'} → {answer.version}", style="bold")
    if answer.plan is None:
        console.print(f"  {answer.outcome} ({answer.code}): {answer.message}", style="red")
        return
    render_steps(answer.plan["steps"], console)
    for need in answer.plan.get("needs", ()):
        console.print(f"  waits for the customer: {need['message']}", style="yellow")
    console.print(f"  {counts(answer.plan['summary'])}")


def render_steps(steps: Iterable[Document], console: Console) -> None:
    """Print what *steps* of a plan (as JSON) change, each with its fields."""
    for step in steps:
        for line in step_lines(step):
            console.print(f"  {line}", style=_STYLES.get(step["action"], ""), soft_wrap=True)


def total(answers: Iterable[InstallationPlan]) -> dict[str, int]:
    """How many installations are planned, blocked, failed and unanswered, and how many steps."""
    outcomes: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    for answer in answers:
        outcomes["blocked" if answer.is_blocked else answer.outcome] += 1
        steps.update((answer.plan or {}).get("summary", {}))
    return {name: outcomes[name] for name in ("planned", "blocked", "failed", "timed_out")} | steps


def counts(summary: dict[str, int]) -> str:
    """``2 create, 1 delete``, leaving out what does not occur."""
    return ", ".join(f"{count} {name}" for name, count in summary.items() if count) or "nothing"


def field_change(change: Document) -> str:
    """One field before and after: ``description: "Old" → "New"``."""
    return f"{change['path']}: {_value(change['before'])} → {_value(change['after'])}"


def step_lines(step: Document) -> list[str]:
    """Return the lines that tell what *step* does; none for one that leaves all as it is."""
    if step["action"] == "unchanged" and not step.get("kept"):
        return []
    headline = f"{_SIGNS[step['action']]} {step['resource']}/{step['externalId']}"
    if "store" in step:
        headline += f" ({step['store']})"
    if step["action"] == "conflict":
        return [f"{headline}: {step['message']} {step['hint']} ({step['code']})"]
    lines = [headline]
    for change in (*step.get("changes", ()), *step.get("kept", ())):
        settled = f"  ({_SETTLED[change['settled']]})" if change["settled"] else ""
        lines.append(f"    {field_change(change)}{settled}")
    return lines


def _value(value: Any) -> str:
    if value is None:
        return "(nothing)"
    text = repr(value)
    return text if len(text) <= VALUE_WIDTH else f"{text[: VALUE_WIDTH - 1]}…"
