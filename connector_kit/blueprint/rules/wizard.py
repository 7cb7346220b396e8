"""Rules for the steps of framework 2.0's wizards, and for what runs on scripts there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector_kit.blueprint.components import Ref, ScriptFunction
from connector_kit.blueprint.declare import Declaration
from connector_kit.blueprint.problems import Finding
from connector_kit.blueprint.rules.every import undefined_functions
from connector_kit.blueprint.rules.reading import Components
from connector_kit.blueprint.settings.declared import DeclaredSettings, flow_of
from connector_kit.blueprint.wizard import SCRIPTED, WizardStep

PlacedFinding = tuple[str | None, Finding]

_OF_THE_KIT = frozenset(
    {
        *("verify_connection", "complete_install", "complete_uninstall"),
        *("init_child", "update", "change_edition"),
    }
)
"""The derived functions that read the kit's records, or plan and apply: no script can."""


def wizard_findings(
    declared: Declaration, settings: DeclaredSettings, components: Components
) -> Iterator[PlacedFinding]:
    """Yield what is wrong with steps, and with functions on scripts outside of hooks."""
    own = {name: getattr(declared.connector, name) for name in SCRIPTED}
    unusable = {name: item for name, item in own.items() if item is not None}
    for name, item in unusable.items():
        if not isinstance(item, ScriptFunction) and not callable(item):
            message = f"{name} is {item!r}, which cannot be called."
            yield name, Finding("E096", message, f"Use a script's: {name} = checks.function(...).")
    used = {**declared.scripted, **declared.steps}
    if declared.connector.framework != 2:
        for name in used:
            message = "Framework 1.0 calls no functions of scripts for steps and settings."
            if name in declared.steps:
                message = "Framework 1.0 makes its steps itself, one for each connection."
            yield name, Finding("E091", message, "Remove it, or use framework = 2.")
        return
    for name, function in declared.scripted.items():
        yield from ((name, finding) for finding in _role_findings(name))
        yield from _script_findings(declared, name, function, components, "It")
    for name, step in declared.steps.items():
        yield from ((name, finding) for finding in _step_findings(declared, step))
        for field, part in step.functions.items():
            if isinstance(part, ScriptFunction):
                yield from _script_findings(declared, name, part, components, field)
    yield from _setting_findings(declared, settings)


def _role_findings(name: str) -> Iterator[Finding]:
    """Yield that no script's function can have the role *name*."""
    if name in _OF_THE_KIT:
        message = f"{name} needs the connector's stack: it reads the kit's records, or plans and "
        message += "applies, which a script cannot."
        yield Finding("E092", message, "Remove it. Only steps, form_init, and pre_save may be.")
    elif name not in SCRIPTED:
        message = f"The platform calls no function called {name}."
        hint = "Use form_init or pre_save, or give the function to a step, a hook, or a filter."
        yield Finding("W096", message, hint)


def _script_findings(
    declared: Declaration, name: str, function: ScriptFunction, components: Components, place: str
) -> Iterator[PlacedFinding]:
    """Yield why the *function* may be missing where it is called."""
    script = function.script
    known = script.name if isinstance(script, Ref) else declared.names.get(script, "")
    found = components.get(known)
    if found is None:  # reported as a reference
        return
    if found.resource != "scripts":
        message = f"{place} names {known!r}, which is one of the {found.resource}."
        yield name, Finding("E013", message, "It must be one of the scripts.")
    elif found.per_store or found.edition or found.add_on:
        message = f"{place} names the script {known!r}, which not every installation has."
        hint = "Remove edition=, add_on=, and per_store= from the script."
        yield name, Finding("E094", message, hint)
    for finding in undefined_functions(place, function.name, known, components):
        yield name, finding


def _step_findings(declared: Declaration, step: WizardStep) -> Iterator[Finding]:
    """Yield why the platform could not take the *step*."""
    texts: dict[str, Any] = {"name": step.name, "description": step.description, "url": step.url}
    for word, text in texts.items():
        if not isinstance(text, str) or (word == "name" and not text.strip()):
            yield Finding("E095", f"Its {word} is {text!r}.", "Use text.")
    functions = step.functions.values()
    scripts = {id(item.script) for item in functions if isinstance(item, ScriptFunction)}
    on_stack = [item for item in functions if not isinstance(item, ScriptFunction)]
    if len(scripts) + bool(on_stack) > 1:
        message = "Its functions are in several places, but a step names one stack or script."
        yield Finding("E095", message, "Move them into one script, or to the stack.")
    if any(not isinstance(item, str) for item in on_stack):
        message = "One of its functions is neither a script's nor a name."
        hint = 'Use checks.function("save"), or the name of a function on the stack.'
        yield Finding("E095", message, hint)
    shown = (
        step.form is not None or bool(step.url) or len(functions) > ("function" in step.functions)
    )
    if not functions and not shown:
        message = "It shows nothing and calls nothing."
        yield Finding("E095", message, "Add form=, url=, or function=.")
    if step.per_store and declared.offer.stores is None:
        message = "per_store is set, but the connector has no stores."
        yield Finding("E073", message, 'Add stores = Stores("Shopify store") to the class.')


def _setting_findings(declared: Declaration, settings: DeclaredSettings) -> Iterator[PlacedFinding]:
    """Yield which settings need the functions whose place a script takes."""
    for placed in settings.placed:
        setting = placed.setting
        if flow_of(placed.place) is not None:
            continue
        needs = {
            "pre_save": [word for word in ("sets", "validate") if getattr(setting, word)],
            "form_init": ["a function for its options"] if setting.functions() else [],
        }
        for name, words in needs.items():
            if name in declared.scripted and words:
                message = f"It has {' and '.join(words)}, which only the kit's {name} carries out, "
                message += "and a script takes its place."
                hint = f"Remove {name} from the class, or do this in the script."
                yield f"Settings.{setting.name}", Finding("E093", message, hint)
