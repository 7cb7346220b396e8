"""The stack functions that a version's documents and its settings' code name. Pure.

The platform calls functions by the names in documents of a customer's account: a stack that serves
a version must have a function for every such name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from connector_kit.blueprint.compiled import Blueprint, CompiledComponent
from connector_kit.blueprint.resources import STACK
from connector_kit.blueprint.source import source_of
from connector_kit.documents import Document, ref, referred
from connector_kit.documents.walking import objects

OPTIONS = "options"
"""The type of a `Call` for what a setting offers: ``channel``, or a column, ``prices.currency``."""

ON_CHANGE = "on_change"
"""The type of a `Call` for what a change of a setting means for others."""


class Call(NamedTuple):
    """A function that is called: the type of the call (empty without one) and the name.

    Types are the platform's words (protocol/extension.md#1-server-stack-the-endpoint), or `OPTIONS`
    and `ON_CHANGE` for a setting's own code, which is found by the setting's name.
    """

    type: str
    name: str

    def __str__(self) -> str:
        return f"{_WORDS.get(self.type, self.type)} {self.name!r}"


_WORDS = {"": "function", OPTIONS: "options of the setting", ON_CHANGE: "on_change of the setting"}


@dataclass(frozen=True)
class _Naming:
    """A *field* that names a function, in objects whose path matches *at*; the *type* of the call.

    *beside_stack* tells whether the object also names the stack, which sets it apart from other
    functions, such as those of NetSuite's hooks.
    """

    field: str
    type: str
    at: str = ""
    beside_stack: bool = True

    def fits(self, path: str, entry: Document) -> bool:
        """Whether the object *entry* at *path* names a function of a stack in this way."""
        is_named = isinstance(entry.get(self.field), str) and "_scriptId" not in entry
        is_here = re.search(self.at, path) is not None
        return is_named and is_here and (not self.beside_stack or "_stackId" in entry)


_HOOK, _WRAPPER = r"(^|\.)hooks\.\w+$", r"(^|\.)wrapper$"

_NAMINGS = (
    _Naming("function", "hook", at=_HOOK),
    _Naming("pingFunction", "wrapper", at=_WRAPPER, beside_stack=False),
    _Naming("function", "wrapper", at=_WRAPPER, beside_stack=False),
    _Naming("installerFunction", "installer", beside_stack=False),
    _Naming("uninstallerFunction", "uninstaller", beside_stack=False),
    _Naming("function", ""),
    _Naming("initFormFunction", ""),
    _Naming("getUrlFunction", ""),
)
"""Every place where a document names a function, the particular ones before the general
(protocol/extension.md#6-framework-20-functions-flat-no-type, "Where a function is named")."""


def calls_of(blueprint: Blueprint) -> Iterator[tuple[Call, str]]:
    """Yield each function of the stack that *blueprint* names, with the place where it does."""
    components = {component.external_id: component for component in blueprint.components}
    is_copied = blueprint.framework == 2
    integration = source_of(blueprint).integration if is_copied else blueprint.integration
    for component in (*blueprint.components, integration):
        for path, entry in objects(component.document):
            # The particular namings overwrite the general ones.
            fitting = [naming for naming in reversed(_NAMINGS) if naming.fits(path, entry)]
            if fitting and _is_ours(entry, path, component, components):
                for field, naming in {naming.field: naming for naming in fitting}.items():
                    place = ".".join(filter(None, (component.external_id, path, field)))
                    yield Call(naming.type, entry[field]), place
    for setting in blueprint.schema.settings:
        place = f"settings.{setting.name}"
        for column in setting.wants_refresh:
            yield Call(OPTIONS, ".".join(filter(None, (setting.name, column)))), place
        if setting.posts_back:
            yield Call(ON_CHANGE, setting.name), place


def _is_ours(
    entry: Document,
    path: str,
    component: CompiledComponent,
    components: Mapping[str, CompiledComponent],
) -> bool:
    """Whether the connector's own stack is meant; a wrapper's is that of the connection."""
    if "_stackId" not in entry and path == "wrapper":
        connection = components.get(referred(component.document.get("_connectionId")) or "")
        entry = (connection.document.get("wrapper") or {}) if connection else {}
    return referred(entry.get("_stackId", ref(STACK))) == STACK
