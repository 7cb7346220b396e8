"""What an adoption made of an integration, as people read it."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from rich.console import Console

from connector_kit.adoption import Adoption, Remark
from connector_kit.blueprint import CompiledComponent

_WHOLE = "(whole document)"
"""The place of a remark about a whole component."""


def render_adoption(adoption: Adoption, console: Console) -> None:
    """Print what was left out, the placeholders for what is missing, and what needs attention."""
    _render_remarks("Left out:", adoption.left_out, console)
    _render_remarks("Placeholders for missing connections:", adoption.stand_ins, console)
    _render_remarks("Needs your attention:", adoption.notes, console)
    _render_remarks(
        "Possibly personal data that every customer would get:", adoption.personal, console
    )
    if count := adoption.samples_left_out:
        what = "sample was" if count == 1 else "samples were"
        console.print(f"{count} {what} left out; use --keep-samples to include them.", style="bold")
    if adoption.ignored_files:
        console.print("Unused files:", style="bold")
        for path in adoption.ignored_files:
            console.print(f"  {path}", soft_wrap=True)


def census(components: Iterable[CompiledComponent]) -> str:
    """``2 connections, 7 exports``: how many there are of each type, in their order."""
    counts = Counter(component.resource for component in components)
    return ", ".join(
        f"{count} {resource if count > 1 else resource.removesuffix('s')}"
        for resource, count in counts.items()
    )


def _render_remarks(title: str, remarks: Iterable[Remark], console: Console) -> None:
    """Print *remarks* by reason, and those of one reason by path."""
    by_reason: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for remark in remarks:
        by_reason[remark.reason][remark.path].append(remark.component)
    if not by_reason:
        return
    console.print(title, style="bold")
    # The longest lists are of the least interest, and what is printed last is read first.
    for reason in sorted(by_reason, key=lambda reason: -sum(map(len, by_reason[reason].values()))):
        console.print(f"  {reason}", soft_wrap=True)
        for path, names in by_reason[reason].items():
            console.print(f"    {path or _WHOLE}: {', '.join(names)}", soft_wrap=True)
