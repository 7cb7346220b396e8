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
    offers = []
    if blueprint.editions:
        names = ", ".join(edition.display_name for edition in blueprint.editions)
        offers.append(f"editions {names}")
    if blueprint.add_ons:
        names = ", ".join(add_on.display_name for add_on in blueprint.add_ons)
        offers.append(f"add-ons {names}")
    if blueprint.offer.stores is not None:
        offers.append(f"one per {blueprint.offer.stores}")
    if blueprint.offer:
        console.print(f"  offers: {'; '.join(offers)}", soft_wrap=True)
    console.print(_table(blueprint.components, with_belonging=bool(blueprint.offer)))
    if blueprint.framework == 2:  # the platform lists flows by itself
        return
    for section in blueprint.integration.document["settings"]["sections"]:
        flows = ", ".join(referred(flow["_id"]) or "" for flow in section["flows"])
        console.print(f"settings page, {section['title']}: {flows or 'no flows'}", soft_wrap=True)


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
    for title in ("component", "resource", "name", "refers to", "functions"):
        table.add_column(title, overflow="fold")
    if with_belonging:
        table.add_column("belongs to", overflow="fold")
    for component in components:
        belonging = (
            f"{component.edition} and above" if component.edition else "",
            f"add-on {component.add_on}" if component.add_on else "",
            "each store" if component.per_store else "",
        )
        cells = [
            component.external_id,
            component.resource,
            str(component.document.get("name") or ""),
            ", ".join(sorted(references(component.document))),
            "\n".join(functions_of(component.document)),
        ]
        if with_belonging:
            cells.append(", ".join(filter(None, belonging)))
        table.add_row(*cells)
    return table
