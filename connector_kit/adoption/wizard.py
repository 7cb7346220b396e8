"""What an integration of framework 2.0 runs from scripts: its own steps, form, and saves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector_kit.adoption.draft import Draft, symbolic
from connector_kit.blueprint.wizard import FUNCTIONS, CompiledStep
from connector_kit.documents import Document, Json, referred

WIZARDS = ("installSteps", "uninstallSteps")

_DERIVED_TYPES = frozenset({"connection", "template_zip", "stack"})
"""Steps that the kit or the platform makes."""


@dataclass(frozen=True)
class Wizard:
    """The author's own *steps*, by attribute, and the functions of scripts by `SCRIPTED`'s names.

    *unread* has the paths of the integration's fields that could not be adopted, with the reasons.
    """

    steps: Mapping[str, CompiledStep] = field(default_factory=dict)
    scripted: Mapping[str, Document] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether it takes framework 2.0 to declare it."""
        return bool(self.steps or self.scripted)

    def left_of(self, integration: Document) -> Document:
        """Return *integration* without what is declared of it; *unread* has the other steps."""
        left = {
            name: value
            for name, value in integration.items()
            if not (self and name in WIZARDS)
            and not (name == "preSave" and "pre_save" in self.scripted)
        }
        if "form_init" in self.scripted:
            left["settingsForm"] = integration["settingsForm"].get("form")
        return left


def wizard_of(draft: Draft, integration: Document) -> Wizard:
    """Return what *integration* says of its own steps and pages, once *draft* is settled."""
    scripts = {name for name, found in draft.living() if found.resource == "scripts"}
    document = symbolic(
        {name: integration.get(name) for name in (*WIZARDS, "settingsForm", "preSave")},
        draft.names,
    )
    form = document["settingsForm"]
    found = {
        "form_init": form.get("init") if isinstance(form, dict) else None,
        "pre_save": document["preSave"],
    }
    steps, unread = {}, {}
    for wizard in WIZARDS:
        listed = document[wizard] if isinstance(document[wizard], list) else []
        for n, step in enumerate(listed):
            if (reason := _obstacle(step, scripts)) is None:
                name = draft.attribute(step["name"], "step")
                steps[name] = CompiledStep(wizard, step)
            elif reason:
                unread[f"{wizard}[{n}]"] = reason
    return Wizard(
        steps=steps,
        scripted={name: item for name, item in found.items() if _is_on_script(item, scripts)},
        unread=unread,
    )


def _obstacle(step: Json, scripts: set[str]) -> str | None:
    """Return why a *step* is not declared, None if it is; empty if the kit makes it anyway."""
    if not isinstance(step, dict) or not isinstance(step.get("name"), str):
        return ""
    if step.get("type") in _DERIVED_TYPES or step.get("sourceConnection"):
        return ""
    calls = [step[name] for name in FUNCTIONS if isinstance(step.get(name), str)]
    if not calls:
        return None if step.get("form") or step.get("url") else ""
    if referred(step.get("_scriptId")) in scripts:
        return None
    return f"calls {', '.join(map(str, calls))} on a stack; write it in Python, and add the step"


def _is_on_script(value: Json, scripts: set[str]) -> bool:
    is_function = isinstance(value, dict) and isinstance(value.get("function"), str)
    return is_function and referred(value.get("_scriptId")) in scripts
