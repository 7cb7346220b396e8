"""What a connector declares, as people read it."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table

from connector_kit.blueprint import Blueprint, CompiledComponent
from connector_kit.documents import Document, references, referred
from connector_kit.documents.walking import objects


def render_blueprint(blueprint: Blueprint, console: Console) -> None:
    """Print the connector, its components in the order in which they are created, its page."""
    console.print(f"{blueprint.name} {blueprint.version} ({blueprint.digest})", style="bold")
    if blueprint.description:
        console.print(f"  {blueprint.description}", soft_wrap=True)
    if blueprint.applications:
        console.print(f"  for {', '.join(blueprint.applications)}", soft_wrap=True)
    if blueprint.offer:
        console.print(f"  offers: {'; '.join(_offers(blueprint))}", soft_wrap=True)
    console.print(_table(blueprint.components, with_belonging=bool(blueprint.offer)))
    for title, flows in _sections(blueprint):
        console.print(f"settings page, {title}: {', '.join(flows) or 'no flows'}", soft_wrap=True)


def functions_of(document: Document) -> Iterator[str]:
    """Yield every function that *document* has called, as ``hooks.preMap: add_totals in helpers``.

    *helpers* is a script; functions of the connector's stack are ``on @stack``.
    """
    for path, object_ in objects(document):
        for field, word in (("_scriptId", "in"), ("_stackId", "on")):
            home = referred(object_.get(field))
            if home is not None and isinstance(object_.get("function"), str):
                yield f"{path}: {object_['function']} {word} {home}"


def _table(components: Iterable[CompiledComponent], *, with_belonging: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    belonging = ("belongs to",) if with_belonging else ()
    for title in ("component", "resource", "name", "refers to", "functions", *belonging):
        table.add_column(title, overflow="fold")
    for component in components:
        table.add_row(
            component.external_id,
            component.resource,
            str(component.document.get("name") or ""),
            ", ".join(sorted(references(component.document))),
            "\n".join(functions_of(component.document)),
            *([", ".join(_belonging(component))] if with_belonging else []),
        )
    return table


def _offers(blueprint: Blueprint) -> Iterator[str]:
    if blueprint.editions:
        yield f"editions {', '.join(edition.display_name for edition in blueprint.editions)}"
    if blueprint.add_ons:
        yield f"add-ons {', '.join(add_on.display_name for add_on in blueprint.add_ons)}"
    if blueprint.stores is not None:
        yield f"one per {blueprint.stores}"


def _belonging(component: CompiledComponent) -> Iterator[str]:
    if component.edition:
        yield f"{component.edition} and above"
    if component.add_on:
        yield f"add-on {component.add_on}"
    if component.per_store:
        yield "each store"


def _sections(blueprint: Blueprint) -> Iterator[tuple[str, list[str]]]:
    for section in blueprint.integration.document["settings"]["sections"]:
        yield section["title"], [referred(flow["_id"]) or "" for flow in section["flows"]]
