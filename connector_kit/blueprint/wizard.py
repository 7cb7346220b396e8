"""What of framework 2.0's wizards and pages is the author's own: steps, and functions on scripts.

The platform runs a step's function, and those that make a form or check a save, on a stack or from
a script (protocol/extension.md#6-framework-20-functions-flat-no-type, "Where a function is named").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

from connector_kit.blueprint.components import Ref, ScriptFunction
from connector_kit.blueprint.resources import STACK
from connector_kit.documents import Document

if TYPE_CHECKING:
    from connector_kit.blueprint.compiled import Blueprint

StepFunction = ScriptFunction | str
"""A script's function, ``checks.function("save")``, or the name of one on the stack."""

SCRIPTED = {"form_init": "settingsForm.init", "pre_save": "preSave"}
"""The class's attributes that may hold a script's function, and where the platform looks for it."""

FUNCTIONS = {"function": "function", "initFormFunction": "init_form", "getUrlFunction": "get_url"}
"""The functions of a step in the platform's spelling, and the keywords that declare them."""


@dataclass(frozen=True, eq=False)
class WizardStep:
    """A step that the customer takes; the attribute of the class that holds it names it.

    Its *function* is called when the customer has taken it; what it throws keeps the step open. A
    *form*'s values reach it as ``formSubmission``; a *url* is opened first. A step with neither is
    not shown. *per_store* steps are those of each store.
    """

    name: str
    _: KW_ONLY
    description: str = ""
    function: StepFunction | None = None
    form: Mapping[str, Any] | None = None
    url: str = ""
    per_store: bool = False

    @property
    def functions(self) -> Mapping[str, StepFunction]:
        """Its functions by the platform's field; all have to be in one place."""
        declared = {field: getattr(self, keyword, None) for field, keyword in FUNCTIONS.items()}
        return {field: item for field, item in declared.items() if item is not None}

    def wire(self) -> Mapping[str, Any]:
        """Return the step in the platform's spelling (protocol/resources.md#integration)."""
        functions = self.functions
        shows = {"form": self.form, "url": self.url or None}
        kind = "hidden"
        if self.form is not None or "initFormFunction" in functions:
            kind = "form"
        elif self.url or "getUrlFunction" in functions:
            kind = "url"
        place: Mapping[str, Any] = {}
        for function in functions.values():
            place = {"_stackId": Ref(STACK)}
            if isinstance(function, ScriptFunction):
                place = {"_scriptId": function.script}
        return {
            "name": self.name,
            **({"description": self.description} if self.description else {}),
            "type": kind,
            "completed": False,
            **{field: value for field, value in shows.items() if value is not None},
            **{
                field: function.name if isinstance(function, ScriptFunction) else function
                for field, function in functions.items()
            },
            **place,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class InstallStep(WizardStep):
    """A step of installing, after those that ask for connections.

    *init_form* makes the form, *get_url* the address, each time the step is shown.
    """

    init_form: StepFunction | None = None
    get_url: StepFunction | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class UninstallStep(WizardStep):
    """A step of uninstalling, before the kit's own."""


@dataclass(frozen=True)
class CompiledStep:
    """A step as a version has it: *document* is symbolic, *wizard* the integration's field."""

    wizard: str
    document: Document
    per_store: bool = False

    def to_json(self) -> Document:
        """Return the step as JSON; `from_json` reads it back."""
        per_store = {"perStore": True} if self.per_store else {}
        return {"wizard": self.wizard, "document": self.document, **per_store}

    @classmethod
    def from_json(cls, data: Document) -> CompiledStep:
        """Return the step that `to_json` wrote."""
        return cls(data["wizard"], data["document"], data.get("perStore", False))


def steps_of(blueprint: Blueprint, wizard: str, *, is_child: bool) -> list[Document]:
    """Return the author's steps of *wizard*: the installation's, or those of each store."""
    return [
        step.document
        for step in blueprint.steps
        if step.wizard == wizard and step.per_store == is_child
    ]
