"""What a module of Python source will declare."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from connector_kit.blueprint import Blueprint, CompiledComponent
from connector_kit.blueprint.wizard import CompiledStep
from connector_kit.documents import Document, referred


@dataclass(frozen=True)
class Outline:
    """A connector before it is written: its class, its listing, its components.

    *components* are in dependency order. *sections* gives the section titles of flows that the
    settings page does not list under the connector's own name. *steps* and *scripted* are what
    only framework 2.0 has, by attribute.
    """

    class_name: str
    name: str
    version: str
    components: tuple[CompiledComponent, ...]
    description: str = ""
    applications: tuple[str, ...] = ()
    sections: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    steps: Mapping[str, CompiledStep] = field(default_factory=lambda: MappingProxyType({}))
    scripted: Mapping[str, Document] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, blueprint: Blueprint, class_name: str) -> "Outline":
        """Return the outline of a module that compiles to *blueprint*."""
        return cls(
            class_name=class_name,
            name=blueprint.name,
            version=blueprint.version,
            components=blueprint.components,
            description=blueprint.description,
            applications=blueprint.applications,
            sections={
                referred(flow["_id"]) or "": section["title"]
                for section in blueprint.integration.document.get("settings", {}).get(
                    "sections", ()
                )
                for flow in section["flows"]
                if section["title"] != blueprint.name
            },
        )
