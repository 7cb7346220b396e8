"""The source integration of framework 2.0: what the platform copies into customers' accounts.

It holds what an installation of the lowest edition has. The platform copies its components, asks
the customer for each connection, and takes the other steps by calling functions: the kit's on the
stack, the author's there or in scripts (protocol/README.md, "Install, 2.0";
protocol/resources.md#integration).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connector_kit.blueprint.compiled import Blueprint, CompiledComponent
from connector_kit.blueprint.resources import STACK
from connector_kit.blueprint.situation import Situation
from connector_kit.blueprint.tailoring import tailored
from connector_kit.blueprint.wizard import steps_of
from connector_kit.documents import Document, ref

VERIFY_CONNECTION = "verifyConnection"
"""Called when the customer has chosen or created a connection: tells whether it can log in."""

COMPLETE_INSTALL = "completeInstall"
"""Called when everything has been copied: completes the installation as it is licensed."""

COMPLETE_UNINSTALL = "completeUninstall"
"""Called before the platform removes an installation."""


def source_of(blueprint: Blueprint) -> Blueprint:
    """Return what the source integration of *blueprint* holds.

    Its ``@integration`` component has the steps besides the settings form.
    """
    offer = blueprint.offer
    lowest = offer.editions[0].name if offer.editions else None
    held = tailored(blueprint, Situation(edition=lowest))
    document = _with_steps(held, is_child=False)
    return replace(held, integration=replace(held.integration, document=document))


def child_document(blueprint: Blueprint, edition: str | None) -> Document:
    """Return the child integration that the platform creates when a customer adds a store.

    References are symbolic, and its name is left to the caller. *edition* is the parent's.
    """
    held = tailored(blueprint, Situation(edition=edition, is_child=True))
    return _with_steps(held, is_child=True)


def uninstall_steps(blueprint: Blueprint, *, is_child: bool) -> list[Document]:
    """Return the steps that uninstall *blueprint*, symbolic: the author's, then the kit's own."""
    own = steps_of(blueprint, "uninstallSteps", is_child=is_child)
    return [*own, _hidden("Complete", COMPLETE_UNINSTALL)]


def _with_steps(held: Blueprint, *, is_child: bool) -> Document:
    own = steps_of(held, "installSteps", is_child=is_child)
    complete = _hidden("Complete", COMPLETE_INSTALL)
    return {
        **held.integration.document,
        "installSteps": [*_connection_steps(held), *own, complete],
        "uninstallSteps": uninstall_steps(held, is_child=is_child),
    }


def _connection_steps(held: Blueprint) -> Iterator[Document]:
    """One step for every connection, with what a new one starts from."""
    for component in held.components:
        if component.resource == "connections":
            yield {
                "name": component.document["name"],
                "description": f"Enter the credentials of {component.document['name']}.",
                "type": "connection",
                "completed": False,
                "sourceConnection": _template(component),
                **_on_stack(VERIFY_CONNECTION),
            }


def _template(connection: CompiledComponent) -> Document:
    return {**connection.document, "externalId": connection.external_id}


def _hidden(name: str, function: str) -> Document:
    return {"name": name, "type": "hidden", "completed": False, **_on_stack(function)}


def _on_stack(function: str) -> Document:
    return {"function": function, "_stackId": ref(STACK)}
