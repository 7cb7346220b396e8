"""The life of an installed 2.0 connector as its user drives it (protocol/http-api.md#83).

The work left is a list of steps. An answer always applies to the first step that is not completed,
so no answer is ever sent twice: `OutcomeUnknown` is raised when no response came, and the steps
show how far it got. An error carries the steps that were achieved despite it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.resources.documents import WizardStep
from connector_kit.integrator.resources.forms import HasSettingsForm
from connector_kit.integrator.resources.framework_one import PATIENCE
from connector_kit.integrator.resources.shapes import document, listed
from connector_kit.integrator.transport import calls, wire
from connector_kit.integrator.transport.calls import Call, Effect


@dataclass(frozen=True)
class Wizard:
    """The state of the steps.

    `done` is true when nothing is left; `is_shown` is false when the user need not be asked
    anything, and an empty answer can be sent at once. `warnings` are the platform's own words.
    """

    steps: tuple[WizardStep, ...] = ()
    done: bool = False
    is_shown: bool = True
    warnings: tuple[Any, ...] = ()

    @property
    def current(self) -> WizardStep | None:
        """The first step that is not completed; only that one can be answered."""
        return next((step for step in self.steps if not step.get("completed")), None)


class FrameworkTwo(HasSettingsForm):
    """Integrations whose connector is a copy of another integration, with functions in steps."""

    def install_steps(self, integration_id: str) -> Wizard:
        """Return the install steps; runs hidden ones first."""
        return self._steps(integration_id, "installSteps")

    def current_step(self, integration_id: str) -> Any:
        """Return what the current step needs: a form, or the address to open.

        Only useful when the step names a function that provides it.
        """
        call = Call("GET", self._at(integration_id, "currentStep"), patience=PATIENCE)
        return self._value(call, "result")

    def answer_install_step(self, integration_id: str, body: Document | None = None) -> Wizard:
        """Answer the current step of installing.

        *body* is a form's values; ``{"_connectionId"}`` or ``{"connection": {...}}`` for a
        connection; ``{"_stackId"}`` for a stack; nothing for a step that is simply run.
        """
        return self._answer(integration_id, "installSteps", body or {})

    def init_child(self, integration_id: str) -> str:
        """Make a child of the integration and return its id; it has steps of its own (U20)."""
        call = Call("POST", self._at(integration_id, "initChild"), patience=PATIENCE)
        return str(self._value(call, "_childIntegrationId"))

    def begin_edition_change(self, integration_id: str) -> None:
        """Prepare the steps that change to the license's ``_changeEditionId``."""
        path = self._at(integration_id, "changeEdition")
        self._body(calls.post(path, {}, effect=Effect.SAME, patience=PATIENCE))

    def edition_steps(self, integration_id: str) -> Wizard:
        """Return the steps of changing the edition."""
        return self._steps(integration_id, "changeEditionSteps")

    def answer_edition_step(self, integration_id: str, body: Document | None = None) -> Wizard:
        """Answer the current step of changing the edition; see `answer_install_step`."""
        return self._answer(integration_id, "changeEditionSteps", body or {})

    def begin_uninstall(self, integration_id: str) -> None:
        """Set the integration's mode to ``uninstall``. A child is uninstalled under its own id."""
        path = self._at(integration_id, "initUninstall")
        self._body(Call("POST", path, effect=Effect.SAME, patience=PATIENCE))

    def uninstall_steps(self, integration_id: str) -> Wizard:
        """Return the steps of uninstalling; without an open one, answer once with nothing."""
        return self._steps(integration_id, "uninstallSteps")

    def answer_uninstall_step(self, integration_id: str, body: Document | None = None) -> Wizard:
        """Answer the current step of uninstalling; done means that the integration is gone."""
        return self._answer(integration_id, "uninstallSteps", body)

    def resume(self, integration_id: str) -> None:
        """Reactivate an installation whose license was renewed (``license.resumable``)."""
        self._body(calls.put(self._at(integration_id, "resume"), {}, patience=PATIENCE))

    def group_settings_form(self, integration_id: str, group_id: str) -> Document:
        """Return the settings form of a group of flows, as it is made now."""
        return self._form(integration_id, "flowGroupings", group_id)

    def _steps(self, integration_id: str, route: str) -> Wizard:
        call = Call("GET", self._at(integration_id, route), patience=PATIENCE)
        return _wizard(self._body(call), is_done_when_empty=False)

    def _answer(self, integration_id: str, route: str, body: Document | None) -> Wizard:
        content = None if body is None else wire.dumps(body)
        call = Call("POST", self._at(integration_id, route), content, patience=PATIENCE)
        return _wizard(self._body(call), is_done_when_empty=True)


def _wizard(body: Any, *, is_done_when_empty: bool) -> Wizard:
    """Read the steps, in whichever of their shapes: a list, an object, nothing at all.

    Nothing at all, and an object that only warns, mean that the last step was answered.
    """
    answer = document(body)
    steps = tuple(listed(answer.get("steps") if answer else body, "steps"))
    warnings = answer.get("warnings") or []
    return Wizard(
        steps=steps,
        done=bool(answer.get("done")) or (is_done_when_empty and not steps),
        is_shown=answer.get("showWizard") is not False,
        warnings=tuple(warnings) if isinstance(warnings, list) else (warnings,),
    )
