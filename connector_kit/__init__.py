"""Build, publish and roll out integrator.io SmartConnectors in Python.

The names an author imports; a connector is a class of them.
"""

from connector_kit.blueprint import (
    Branch,
    Component,
    Connection,
    Connector,
    Export,
    Flow,
    Import,
    Lookup,
    Ref,
    Router,
    Script,
    Source,
    Step,
    hook,
)

__all__ = [
    "Branch",
    "Component",
    "Connection",
    "Connector",
    "Export",
    "Flow",
    "Import",
    "Lookup",
    "Ref",
    "Router",
    "Script",
    "Source",
    "Step",
    "hook",
]
