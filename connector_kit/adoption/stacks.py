"""Functions for which a document does not say where they run.

In a declaration that means the connector's own stack, and compiling says so. Adopted documents say
so, too.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

from connector_kit.blueprint import STACK, CompiledComponent
from connector_kit.blueprint.functions import lacks_stack
from connector_kit.documents import Document, ref
from connector_kit.documents.walking import objects


def open_functions(component: CompiledComponent) -> list[tuple[str, str]]:
    """Return the place and the name of every function that does not say where it runs."""
    return [
        (path, str(entry.get("function") or entry.get("pingFunction")))
        for path, entry in _entries(component.document)
    ]


def on_own_stack(component: CompiledComponent) -> CompiledComponent:
    """Return *component* with the connector's stack beside each of its `open_functions`."""
    if not open_functions(component):
        return component
    document = deepcopy(component.document)
    for _, entry in list(_entries(document)):
        entry["_stackId"] = ref(STACK)
    return replace(component, document=document)


def _entries(document: Document) -> Iterator[tuple[str, Document]]:
    return ((path, entry) for path, entry in objects(document) if lacks_stack(path, entry))
