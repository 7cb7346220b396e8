"""What a connector declares, as people read it."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table

from connector_kit.blueprint import Blueprint, CompiledComponent, Document, references
from connector_kit.blueprint.documents import referred
from connector_kit.blueprint.rules.rule import objects


def render_blueprint(blueprint: Blueprint, console: Console) -> None:
    """Print the connector, its components in the order in which they are created, its page."""
    console.print(f"{blueprint.name} {blueprint.version} ({blueprint.digest})", style="bold")
    if blueprint.description:
        console.print(f"  {blueprint.description}", soft_wrap=True)
    if blueprint.applications:
        console.print(f"  for {', '.join(blueprint.applications)}", soft_wrap=True)
    console.print(_table(blueprint.components))
    for title, flows in _sections(blueprint):
        console.print(f"settings page, {title}: {', '.join(flows) or 'no flows'}", soft_wrap=True)


def functions_of(document: Document) -> Iterator[str]:
    """Yield every function that *document* has called, as ``hooks.preMap: add_totals in helpers``.

    *helpers* is a script; functions of the connector's stack are ``on @stack``.
    """
    for path, each in objects(document):
        for field, word in (("_scriptId", "in"), ("_stackId", "on")):
            home = referred(each.get(field))
            if home is not None and isinstance(each.get("function"), str):
                yield f"{path}: {each['function']} {word} {home}"


def _table(components: Iterable[CompiledComponent]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("component", "resource", "name", "refers to", "functions"):
        table.add_column(title, overflow="fold")
    for each in components:
        table.add_row(
            each.external_id,
            each.resource,
            str(each.document.get("name") or ""),
            ", ".join(sorted(references(each.document))),
            "\n".join(functions_of(each.document)),
        )
    return table


def _sections(blueprint: Blueprint) -> Iterator[tuple[str, list[str]]]:
    for section in blueprint.integration.document["settings"]["sections"]:
        yield section["title"], [referred(flow["_id"]) or "" for flow in section["flows"]]
