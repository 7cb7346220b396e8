"""From a connector class to a blueprint, or to the list of everything that is wrong with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from connector_kit.blueprint.compiled import Blueprint, CompiledComponent
from connector_kit.blueprint.components import Component, LookupCache
from connector_kit.blueprint.declare import Connector, Declaration, declaration, section_title
from connector_kit.blueprint.functions import StackFunction
from connector_kit.blueprint.offers import name_of
from connector_kit.blueprint.order import cycles, dependencies, dependency_order
from connector_kit.blueprint.problems import DeclarationError, Finding, Problem, placed
from connector_kit.blueprint.resources import INTEGRATION
from connector_kit.blueprint.rules import (
    CONNECTION_TYPES,
    SettingsRules,
    belonging_findings,
    component_findings,
    connector_findings,
    framework_findings,
    holder_findings,
    literal_id_findings,
    offer_findings,
    published_findings,
    storing_findings,
    wizard_findings,
)
from connector_kit.blueprint.settings.compiling import compile_settings
from connector_kit.blueprint.settings.declared import DeclaredSettings, declared_settings
from connector_kit.blueprint.settings.pages import form_document, settings_document, with_forms
from connector_kit.blueprint.settings.schema import Schema
from connector_kit.blueprint.wizard import SCRIPTED, CompiledStep, InstallStep
from connector_kit.blueprint.writer import Writer
from connector_kit.documents import Document, ref


@dataclass(frozen=True)
class Examined:
    """A connector class read once: its components, its functions, and all of its problems."""

    declaration: Declaration
    settings: DeclaredSettings
    schema: Schema
    components: tuple[CompiledComponent, ...]
    steps: tuple[CompiledStep, ...]
    scripted: Document
    functions: Mapping[str, StackFunction]
    problems: tuple[Problem, ...]


def compile_connector(connector: type[Connector], *, pass_over: Collection[str] = ()) -> Blueprint:
    """Return *connector* as a blueprint; raises DeclarationError with every error it has.

    Errors with one of the numbers in *pass_over* (``E028``) are left to `check`.
    """
    examined = examine(connector)
    errors = [
        problem
        for problem in examined.problems
        if problem.level == "error" and problem.id.rpartition(".")[2] not in pass_over
    ]
    if errors:
        raise DeclarationError(errors)
    return Blueprint(
        name=connector.name,
        version=connector.version,
        description=connector.description,
        applications=tuple(connector.applications),
        components=dependency_order(examined.components),
        integration=_integration(examined),
        offer=examined.declaration.offer,
        schema=examined.schema,
        steps=examined.steps,
    )


def problems(connector: type[Connector]) -> list[Problem]:
    """Return everything that is wrong with *connector*, warnings included; never raises.

    What the platform's schemas say is reported of components without errors: an error may well be
    the reason for it.
    """
    examined = examine(connector)
    wrong = {problem.attribute for problem in examined.problems if problem.level == "error"}
    advice = (
        placed(connector.__name__, component.external_id, finding)
        for component in examined.components
        if component.external_id not in wrong
        for finding in published_findings(component)
    )
    return [*examined.problems, *advice]


def stack_functions(connector: type[Connector]) -> Mapping[str, StackFunction]:
    """Return the Python functions that the platform may call on *connector*'s stack, by name."""
    return examine(connector).functions


def examine(connector: type[Connector]) -> Examined:
    """Return what *connector* declares together with everything that is wrong with it."""
    declared, settings = declaration(connector), declared_settings(connector)
    writer = Writer(declared)
    found = [*connector_findings(declared), *offer_findings(declared)]
    for function in declared.functions:
        found += [(None, finding) for finding in writer.register(function)]
    components = []
    for name, component in declared.components.items():
        document, findings = writer.component(component)
        components.append(_compiled(name, component, document))
        found += [(name, finding) for finding in findings]

    def write(name: str, value: Any) -> Any:
        written, findings = writer.value(value, name)
        found.extend((f"Settings.{name}", finding) for finding in findings)
        return written

    def report(name: str, finding: Finding) -> None:
        found.append((f"Settings.{name}", finding))

    schema = compile_settings(settings, write, report)
    steps = []
    for name, step in declared.steps.items():
        written, findings = writer.value(step.wire(), "")
        wizard = "installSteps" if isinstance(step, InstallStep) else "uninstallSteps"
        steps.append(CompiledStep(wizard, written, step.per_store))
        found += [(name, finding) for finding in findings]
    scripted: Document = {}
    for name, of_script in declared.scripted.items():
        scripted[name], findings = writer.value(of_script, "")
        found += [(name, finding) for finding in findings]
    by_name = {component.external_id: component for component in components}
    for name, compiled in by_name.items():
        found += [(name, finding) for finding in component_findings(compiled, by_name)]
    for loop in cycles(dependencies(components)):
        message = f"References form a cycle: {' → '.join(loop)}."
        hint = "None of these can be created first. Remove one of the references."
        found.append((loop[0], Finding("E012", message, hint)))
    found += belonging_findings(declared.offer, components, settings.framework)
    found += holder_findings(connector)
    found += SettingsRules(settings, schema, declared.offer, by_name).findings()
    found += literal_id_findings(schema, components)
    found += storing_findings(declared, schema, components)
    found += framework_findings(declared, settings, writer.functions.values(), components)
    found += wizard_findings(declared, settings, by_name)
    return Examined(
        declaration=declared,
        settings=settings,
        schema=schema,
        components=tuple(with_forms(components, settings, schema)),
        steps=tuple(steps),
        scripted={name: scripted[name] for name in SCRIPTED if name in scripted},
        functions=writer.functions,
        problems=tuple(placed(connector.__name__, *row) for row in found),
    )


def _compiled(name: str, component: Component, document: Document) -> CompiledComponent:
    def listed(value: Any) -> tuple[Any, ...]:
        return tuple(value) if isinstance(value, list | tuple) else (value,)

    owned = component.customer_owns
    if owned is None:
        owned = owned_by_default(component.resource, document)
    return CompiledComponent(
        external_id=name,
        resource=component.resource,
        document=document,
        customer_owns=listed(owned),
        edition=name_of(component.edition),
        add_on=name_of(component.add_on),
        per_store=component.per_store,
        required_mappings=listed(getattr(component, "required_mappings", ())),
        locked_mappings=listed(getattr(component, "locked_mappings", ())),
        data=component.data if isinstance(component, LookupCache) else {},
    )


def owned_by_default(resource: str, document: Document) -> tuple[str, ...]:
    """Return what the customer owns when a declaration says nothing: a connection's details.

    Credentials and address are what the customer enters at installation.
    """
    if resource != "connections":
        return ()
    return tuple(key for key in document if key in CONNECTION_TYPES or key == document.get("type"))


def _integration(examined: Examined) -> CompiledComponent:
    """Return the installation: what its settings page shows.

    In 1.0 it lists the flows by section, and is never empty (protocol/settings-forms.md 1.1, 1.3);
    2.0 lists flows by itself, and a script may make its form and check what is saved.
    """
    if examined.settings.framework != 1:
        form = form_document(examined.settings, examined.schema, None)
        if init := examined.scripted.get("form_init"):
            form["settingsForm"] = {**form.get("settingsForm", {}), "init": init}
        if save := examined.scripted.get("pre_save"):
            form["preSave"] = save
        return CompiledComponent(INTEGRATION, "integrations", form)
    declared = examined.declaration
    flows: dict[str, list[Document]] = {}
    for name, component in declared.components.items():
        if component.resource == "flows":
            entry = {"_id": ref(name), "showMapping": True, "showSchedule": True}
            flows.setdefault(section_title(declared, component), []).append(entry)
    sections: list[Document] = [
        {"title": title, "flows": entries}
        for title, entries in (flows or {declared.connector.name: []}).items()
    ]
    document = settings_document(examined.settings, examined.schema, sections)
    return CompiledComponent(INTEGRATION, "integrations", {"settings": document})
