"""The steps of framework 2.0, one after the other (protocol/http-api.md#83).

The first step that is not completed is the current one. What each type needs of the request body
is one row of `_TAKES`; the function a step names is called for all of them alike. Hidden steps are
run by the platform, right before the next visible one is waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.apps.frameworks import steps
from connector_kit.sandbox.apps.install import TEMPLATE_ZIP
from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.clones.contents import contents_of, named_ids
from connector_kit.sandbox.clones.copies import copy_document, make_copies
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.errors import (
    Refusal,
    impossible,
    invalid,
    invalid_reference,
    missing,
)
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.stacks.lookup import find_stack

HIDDEN = "hidden"


@dataclass(frozen=True)
class Wizard:
    """The steps of an installation under *name*, such as ``installSteps``."""

    installation: Installation
    name: str

    def steps(self) -> list[Document]:
        """Return all steps as they are now."""
        return steps(self.installation.now(), self.name)

    def current(self) -> Document | None:
        """Return the next step to complete, None when all are completed."""
        return next((step for step in self.steps() if not step.get("completed")), None)

    async def submit(self, body: Document) -> None:
        """Take the current step with what the user sent, and the hidden ones after it.

        Raises `Refusal`; when a hidden step fails, with the steps beside the errors.
        """
        step = self.current()
        if step is None:
            return
        take = _TAKES.get(_kind(step), _take_nothing)
        changes, told = take(self, step, body)
        self._write(self._position(step), changes)
        await self._run(step, told)
        self._complete(step)
        await self.run_hidden()

    async def run_hidden(self) -> None:
        """Run the hidden steps that are next."""
        while (step := self.current()) and step.get("type") == HIDDEN:
            try:
                await self._run(step, {})
            except Refusal as refusal:
                refusal.beside = {"steps": self.steps()}
                raise
            self._complete(step)

    async def question(self) -> Any:
        """Return what the current step shows: a form, or an address.

        An empty answer of the function that makes a form falls back to the step's own form.
        """
        step = self.current()
        if step is None:
            raise impossible("All steps are completed.")
        for name, static in (("initFormFunction", "form"), ("getUrlFunction", "url")):
            if step.get(name):
                named = {**step, "function": step[name]}
                result = await self.installation.run_flat(named, self.installation.about())
                return result or step.get(static)
        shown = step.get("form") or step.get("url")
        if not shown:
            raise impossible(f"The step {step.get('name')!r} has neither a form nor an address.")
        return shown

    async def _run(self, step: Document, told: Document) -> None:
        """Call the step's function, if it names one."""
        if step.get("function"):
            about = self.installation.about()
            await self.installation.run_flat(step, {**told, **about})

    def _complete(self, step: Document) -> None:
        self._write(self._position(step), {"completed": True})

    def _position(self, step: Document) -> int:
        """Return the current position of a step: its own function may have rewritten the steps."""
        now = self.steps()
        by_name = (n for n, document in enumerate(now) if document.get("name") == step.get("name"))
        pending = (n for n, document in enumerate(now) if not document.get("completed"))
        known = [*by_name]
        return next((n for n in pending if n in known), known[0] if known else -1)

    def _write(self, position: int, changes: Document) -> None:
        now = self.steps()
        if changes and 0 <= position < len(now):
            now[position] = {**now[position], **changes}
            self.installation.write(**{self.name: now})


Taken = tuple[Document, Document]
"""What is written into the step, and what its function gets."""


def _take_form(_: Wizard, __: Document, body: Document) -> Taken:
    return {}, {"formSubmission": body}


def _take_connection(wizard: Wizard, _: Document, body: Document) -> Taken:
    installation = wizard.installation
    if "connection" in body:
        connection = _new_connection(installation, body["connection"])
    elif body.get("_connectionId"):
        connection = _existing_connection(installation, body["_connectionId"])
    else:
        raise missing("_connectionId")
    registered = installation.now().get("_registeredConnectionIds") or []
    if connection.id not in registered:
        installation.write(_registeredConnectionIds=[*registered, connection.id])
    return {"_connectionId": connection.id}, {"_connectionId": connection.id}


def _take_stack(wizard: Wizard, _: Document, body: Document) -> Taken:
    identity = body.get("_stackId")
    if not identity:
        raise missing("_stackId")
    installation = wizard.installation
    account_id = installation.integration.account_id
    if not find_stack(installation.call.store, account_id, None, str(identity)):
        raise invalid_reference("_stackId", "stacks", identity)
    return {"_stackId": str(identity)}, {}


def _take_copies(wizard: Wizard, _: Document, __: Document) -> Taken:
    copy_source(wizard.installation)
    return {}, {}


def _take_nothing(_: Wizard, __: Document, ___: Document) -> Taken:
    """An action step; unknown types are treated as one (U32)."""
    return {}, {}


_TAKES: dict[str, Callable[[Wizard, Document, Document], Taken]] = {
    "form": _take_form,
    "connection": _take_connection,
    "stack": _take_stack,
    TEMPLATE_ZIP: _take_copies,
}


def copy_source(installation: Installation) -> None:
    """Copy what the source integration holds, at the connections that the steps name by now."""
    call, integration = installation.call, installation.record()
    document = integration.document
    source = call.store.find("integrations", str(document.get("_sourceId")))
    if source is None:
        raise impossible("The integration that this one is a copy of is gone.")
    records = contents_of(call.store, source)[1:]
    ids = {source.id: integration.id, **_replacements(steps(document, "installSteps"), records)}
    fields = {"_integrationId": integration.id, "sandbox": bool(document.get("sandbox"))}
    if integration.connector_id:
        fields["_connectorId"] = integration.connector_id
    copies = make_copies(call, records, ids, fields)
    new = {old.id: copy.id for old, copy in zip(records, copies, strict=True)}
    led = copy_document(installation.now(), {**ids, **new})
    installation.write(**{name: led[name] for name in _WITH_FUNCTIONS if name in led})


_WITH_FUNCTIONS = (
    *("installSteps", "uninstallSteps", "changeEditionSteps"),
    *("settingsForm", "preSave", "initChild", "flowGroupings"),
)
"""Fields of an integration that may name scripts of its own."""


def _replacements(taken: list[Document], records: list[Record]) -> dict[str, str]:
    """Return which connections and stack of the account stand in for the source's."""
    ids = {}
    for document in taken:
        told = document.get("sourceConnection")
        old = told.get("_id") if isinstance(told, dict) else None
        if old and document.get("_connectionId"):
            ids[str(old)] = str(document["_connectionId"])
    if left := [named_id for named_id in named_ids(records, "connections") if named_id not in ids]:
        raise impossible(f"No step has asked for the connections {', '.join(left)} yet.")
    stack = next(
        (str(document["_stackId"]) for document in taken if _is_taken_stack(document)), None
    )
    return {**ids, **(dict.fromkeys(named_ids(records, "stacks"), stack) if stack else {})}


def _is_taken_stack(step: Document) -> bool:
    return step.get("type") == "stack" and bool(step.get("_stackId"))


def _new_connection(installation: Installation, sent: Any) -> Record:
    if not isinstance(sent, dict):
        raise invalid("connection", "must be an object")
    integration = installation.integration
    owner = {"_connectorId": integration.connector_id} if integration.connector_id else {}
    sandbox = bool(integration.get("sandbox"))
    document = {**sent, "_integrationId": integration.id, **owner, "sandbox": sandbox}
    return writing.create(installation.call, "connections", document)


def _existing_connection(installation: Installation, identity: Any) -> Record:
    record = access.lookup(installation.call, "connections", identity, "_connectionId")
    if bool(record.get("sandbox")) != bool(installation.integration.get("sandbox")):
        raise invalid("_connectionId", "names a connection of the other environment")
    return record


def _kind(step: Document) -> str:
    """Return how a step is taken: ``type`` may be loose where something else tells."""
    if any(step.get(name) for name in ("sourceConnection", "_connectionId")):
        return "connection"
    return str(step.get("type"))
