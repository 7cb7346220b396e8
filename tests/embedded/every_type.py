"""For every resource type a connector in two versions, of which the second changes one document."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from connector_kit import Component, Connector, LookupCache
from connector_kit.documents import Document


@dataclass(frozen=True)
class Row:
    """A component called ``thing``: declared, declared anew, and edited by its customer.

    *edit* has fields that the new version leaves alone. *beside* are the components it needs.
    """

    resource: str
    first: Component
    second: Component
    edit: Document
    beside: Mapping[str, Component] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.resource

    @property
    def targets(self) -> tuple[str, str]:
        """Where both versions are loaded from."""
        versions = {"1.0.0": self.first, "1.1.0": self.second}
        first, second = (self._module(thing, version) for version, thing in versions.items())
        return first, second

    def _module(self, thing: Component, version: str) -> str:
        """Make a module that declares *thing* in a connector, and return the connector's path."""
        module = ModuleType(f"{__name__}_{self.resource}_{version.replace('.', '_')}")
        fields = {"name": "Life", "version": version, "__module__": module.__name__}
        body: dict[str, Any] = {**fields, **self.beside, "thing": thing}
        module.Life = type(Connector)("Life", (Connector,), body)  # type: ignore[attr-defined]
        sys.modules[module.__name__] = module
        return f"{module.__name__}:Life"


ROWS = (
    Row(
        "lookupcaches",
        LookupCache("Countries", data={"DE": "Germany"}),
        LookupCache("All countries", data={"DE": "Deutschland", "FR": "France"}),
        {"description": "Ours"},
    ),
)
