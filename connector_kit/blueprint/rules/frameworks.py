"""Rules for what framework 2.0 does not have, or does in another way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.declare import Declaration
from connector_kit.blueprint.flows import Flow
from connector_kit.blueprint.functions import HOOK_KINDS, StackFunction
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.settings.declared import DeclaredSettings, Placed, flow_of
from connector_kit.blueprint.settings.pages import FORM_INIT, PRE_SAVE
from connector_kit.blueprint.settings.places import FlowSettings, Place, Section
from connector_kit.blueprint.settings.tables import Table
from connector_kit.blueprint.source import COMPLETE_INSTALL, COMPLETE_UNINSTALL, VERIFY_CONNECTION

PlacedFinding = tuple[str | None, Finding]

WRAPPERS = frozenset({"ping", "export", "import"})
"""The kinds of functions that are the adaptor of a wrapper connection."""

TAKEN = frozenset(
    {
        *(COMPLETE_INSTALL, COMPLETE_UNINSTALL, VERIFY_CONNECTION, FORM_INIT, PRE_SAVE),
        *("update", "changeEdition"),
    }
)
"""The functions by which the platform installs, updates, and configures. Calls of 2.0 have no type,
so a hook or wrapper of the same name would be called in their place."""


def framework_findings(
    declared: Declaration,
    settings: DeclaredSettings,
    functions: Iterable[StackFunction],
    components: Iterable[CompiledComponent],
) -> Iterator[PlacedFinding]:
    """Yield what of a class has no effect, or another one, in framework 2.0."""
    if declared.connector.framework != 2:
        return
    for function in functions:
        if function.name in TAKEN and function.kind in {*HOOK_KINDS, *WRAPPERS}:
            yield None, _taken(function.name, function.kind)
    for component in components:
        for finding in _of_component(component):
            yield component.external_id, finding
    for name, flow in declared.components.items():
        if isinstance(flow, Flow) and flow.section:
            message = f"Framework 2.0 has no section {flow.section!r} on its pages."
            hint = "integrator.io lists all flows of the installation. Remove section=."
            yield name, Finding("W091", message, hint)
    yield from _setting_findings(settings)


def _setting_findings(settings: DeclaredSettings) -> Iterator[PlacedFinding]:
    for name, item in settings.items.items():
        for finding in _of_place(item) if isinstance(item, Place) else ():
            yield f"Settings.{name}", finding
    for placed in settings.placed:
        for finding in _of_setting(placed):
            yield f"Settings.{placed.setting.name}", finding


def _of_component(component: CompiledComponent) -> Iterator[Finding]:
    wrapper = component.document.get("wrapper")
    named = wrapper if isinstance(wrapper, dict) else {}
    for field in ("pingFunction", "function"):
        if named.get(field) in TAKEN:
            yield _taken(named[field], "wrapper")
    if component.required_mappings or component.locked_mappings:
        message = "Framework 2.0 cannot protect mappings: customers may change these, too."
        hint = "Check the mapped record in a postMap hook, and fail it there."
        yield Finding("W090", message, hint)


def _of_setting(placed: Placed) -> Iterator[Finding]:
    setting = placed.setting
    if setting.on_change is not None:
        message = "Forms of framework 2.0 do not call on_change."
        hint = "Use conditions, or compute the value in a hook."
        yield Finding("W093", message, hint)
    if setting.validate is not None and flow_of(placed.place):
        message = "integrator.io saves the settings of a flow without calling validate."
        hint = "Move the setting to a section, or check the value in a hook."
        yield Finding("W094", message, hint)
    if isinstance(setting, Table) and setting.functions():
        message = "Forms of framework 2.0 do not refresh the options of columns."
        yield Finding("W095", message, "Declare the options.")


def _taken(name: str, kind: str) -> Finding:
    message = f"A {kind} function is called {name!r}, by which framework 2.0 calls another one."
    hint = "All functions of framework 2.0 share one namespace. Rename this one."
    return Finding("E090", message, hint)


def _of_place(place: Place) -> Iterator[Finding]:
    """Yield what forms of 2.0 do not show of a *place*."""
    lost = ["description"] if place.description else []
    if isinstance(place, Section):
        lost += ["icon_url"] if place.icon_url else []
        lost += ["columns"] if place.columns != 1 else []
    if isinstance(place, FlowSettings):
        lost += ["its flags"] if place.flags != FlowSettings(place.flow).flags else []
    if lost:
        message = f"Framework 2.0 does not show {', '.join(lost)}."
        yield Finding("W092", message, "Remove it; a text can be a Label.")
