"""What a takeover found or did, as people read it."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from connector_kit.management.plans import counts, field_change
from connector_kit.publisher import InstallationPlan

_SHOWN = 10
"""Installations and edits that are listed; ``--json`` has all of them."""


def progress_line(done: int, asked: int, result: InstallationPlan) -> str:
    """Say what one installation answered, and how far the takeover is."""
    outcome = "ambiguous" if result.is_blocked else result.outcome.replace("_", " ")
    if result.outcome == "failed" and not result.is_blocked:
        outcome += f" ({result.code}: {result.message})"
    return f"{done}/{asked} {result.installation.label}: {outcome}"


def render_report(report: Mapping[str, Any], console: Console) -> None:
    """Print the groups of installations that are alike, then what differs, then all in numbers."""
    for group in report["groups"]:
        _render_group(group, console)
    _render_ambiguities(report, console)
    _render_edits(report, console)
    for installation in report["installations"]:
        if installation["outcome"] in ("failed", "timed_out", "waiting"):
            console.print(
                f"{installation['name']} ({installation['integrationId']}): "
                f"{installation['outcome']} ({installation['code']}): {installation['message']}",
                style="red",
            )
        elif installation["asPlanned"] is False:
            console.print(
                f"{installation['name']} ({installation['integrationId']}) has changed since it "
                "was planned; see --json.",
                style="yellow",
            )
    if report["trouble"]:
        console.print(report["trouble"], style="red")
    console.print(f"Base: {report['base']}")
    console.print(f"Documents: {counts(report['counts'])}")
    outcomes = {key.replace("_", " "): count for key, count in report["outcomes"].items()}
    total = len(report["installations"])
    console.print(f"{total} installations: {counts(outcomes)}", style="bold")


def _render_group(group: Mapping[str, Any], console: Console) -> None:
    ids = group["installations"]
    listed = ", ".join(ids[:_SHOWN]) + (f", and {len(ids) - _SHOWN} more" if ids[_SHOWN:] else "")
    console.print(f"{len(ids)} installations: {listed}", style="bold")
    for component, rule in group["matched"].items():
        console.print(f"  = {component} (by {rule})")
    for component in group["ambiguous"]:
        console.print(f"  ! {component}: ambiguous", style="bold red")
    for component in group["missing"]:
        console.print(
            f"  + {component}: not in the account; its first update makes it", style="yellow"
        )
    for leftover in group["leftovers"]:
        console.print(f"  ? {leftover}: no component; left alone", style="yellow")


def _render_ambiguities(report: Mapping[str, Any], console: Console) -> None:
    for installation in report["installations"]:
        for step in (installation["plan"] or {}).get("steps", ()):
            if step["action"] == "conflict":
                console.print(
                    f"{installation['integrationId']}: {step['message']} {step['hint']}",
                    style="red",
                )


def _render_edits(report: Mapping[str, Any], console: Console) -> None:
    """Print what differs from the base, and so stays the customer's."""
    lines = [
        f"  {installation['integrationId']} {step['resource']}/{step['externalId']} "
        f"{field_change(change)}"
        for installation in report["installations"]
        for step in (installation["plan"] or {}).get("steps", ())
        for change in (*step.get("changes", ()), *step.get("kept", ()))
        if change["settled"] == "customer"
    ]
    if lines:
        console.print("Differs from the base (account → base), and stays as it is:", style="bold")
    for line in lines[:_SHOWN]:
        console.print(line)
    if (more := len(lines) - _SHOWN) and more > 0:
        console.print(f"  and {more} more; see --json")
