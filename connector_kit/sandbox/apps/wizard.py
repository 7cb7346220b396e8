"""The steps of framework 2.0, one after the other (protocol/http-api.md#83).

The first step that is not completed is the current one. Each type needs something else of the
request body; the function a step names is called for all of them alike. Hidden steps are run by the
platform, right before the next visible one is waited for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.apps import install
from connector_kit.sandbox.apps.frameworks import steps
from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.clones.contents import contents_of, named_ids
from connector_kit.sandbox.clones.copies import copy_document, make_copies
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.paths import find, objects
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
        changes: Document = {}
        options: Document = {}
        # ``type`` may be loose where something else tells.
        names_connection = step.get("sourceConnection") or step.get("_connectionId")
        match "connection" if names_connection else step.get("type"):
            case "form":
                options = {"formSubmission": body}
            case "connection":
                connection = _take_connection(self.installation, body)
                changes = options = {"_connectionId": connection.id}
            case "stack":
                changes = {"_stackId": _take_stack(self.installation, body)}
            case install.TEMPLATE_ZIP:
                copy_source(self.installation)
            case _:  # an action step; unknown types are treated as one (U32)
                pass
        self._write(self._position(step), changes)
        await self._run(step, options)
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
                function = {**step, "function": step[name]}
                result = await self.installation.run_flat(function, self.installation.about())
                return result or step.get(static)
        question = step.get("form") or step.get("url")
        if not question:
            raise impossible(f"The step {step.get('name')!r} has neither a form nor an address.")
        return question

    async def _run(self, step: Document, options: Document) -> None:
        """Call the step's function, if it names one."""
        if step.get("function"):
            about = self.installation.about()
            await self.installation.run_flat(step, {**options, **about})

    def _complete(self, step: Document) -> None:
        self._write(self._position(step), {"completed": True})

    def _position(self, step: Document) -> int:
        """Return the current position of a step: its own function may have rewritten the steps."""
        now = self.steps()
        same = [n for n, document in enumerate(now) if document.get("name") == step.get("name")]
        pending = (n for n in same if not now[n].get("completed"))
        return next(pending, same[0] if same else -1)

    def _write(self, position: int, changes: Document) -> None:
        now = self.steps()
        if changes and 0 <= position < len(now):
            now[position] = {**now[position], **changes}
            self.installation.write(**{self.name: now})


def _take_connection(installation: Installation, body: Document) -> Record:
    """Return the connection that a step's body makes or names, registered with the integration."""
    call, integration = installation.call, installation.integration
    sandbox, sent = bool(integration.get("sandbox")), body.get("connection")
    if "connection" in body:
        if not isinstance(sent, dict):
            raise invalid("connection", "must be an object")
        owner = {"_connectorId": integration.connector_id} if integration.connector_id else {}
        document = {**sent, "_integrationId": integration.id, **owner, "sandbox": sandbox}
        connection = writing.create(call, "connections", document)
    elif identity := body.get("_connectionId"):
        connection = access.lookup(call, "connections", identity, "_connectionId")
        if bool(connection.get("sandbox")) != sandbox:
            raise invalid("_connectionId", "names a connection of the other environment")
    else:
        raise missing("_connectionId")
    registered = installation.now().get("_registeredConnectionIds") or []
    if connection.id not in registered:
        installation.write(_registeredConnectionIds=[*registered, connection.id])
    return connection


def _take_stack(installation: Installation, body: Document) -> str:
    identity = body.get("_stackId")
    if not identity:
        raise missing("_stackId")
    account_id = installation.integration.account_id
    if not find_stack(installation.call.store, account_id, None, str(identity)):
        raise invalid_reference("_stackId", "stacks", identity)
    return str(identity)


def copy_source(installation: Installation) -> None:
    """Copy what the source integration holds, at the connections that the steps name by now."""
    call, integration = installation.call, installation.record()
    document = integration.document
    source = call.store.find("integrations", str(document.get("_sourceId")))
    if source is None:
        raise impossible("The integration that this one is a copy of is gone.")
    records = contents_of(call.store, source)[1:]
    ids = {source.id: integration.id, **_replacements(steps(document, "installSteps"), records)}
    groups = (objects(copy.get("flowGroupings")) for copy in (source.document, document))
    ids |= {str(old.get("_id")): str(new.get("_id")) for old, new in zip(*groups, strict=False)}
    fields = {"_integrationId": integration.id, "sandbox": bool(document.get("sandbox"))}
    if integration.connector_id:
        fields["_connectorId"] = integration.connector_id
    copies = make_copies(call, records, ids, fields)
    new_ids = {old.id: new.id for old, new in zip(records, copies, strict=True)}
    copy = copy_document(installation.now(), {**ids, **new_ids})
    installation.write(**{name: copy[name] for name in _WITH_FUNCTIONS if name in copy})


_WITH_FUNCTIONS = (
    *("installSteps", "uninstallSteps", "changeEditionSteps"),
    *("settingsForm", "preSave", "initChild", "flowGroupings"),
)
"""Fields of an integration that may name scripts of its own."""


def _replacements(taken: list[Document], records: list[Record]) -> dict[str, str]:
    """Return which connections and stack of the account stand in for the source's."""
    ids = {}
    for step in taken:
        old = find(step, ("sourceConnection", "_id"))
        if old and step.get("_connectionId"):
            ids[str(old)] = str(step["_connectionId"])
    if left := [named_id for named_id in named_ids(records, "connections") if named_id not in ids]:
        raise impossible(f"No step has asked for the connections {', '.join(left)} yet.")
    stack_ids = [step.get("_stackId") for step in taken if step.get("type") == "stack"]
    stack_id = next((str(stack_id) for stack_id in stack_ids if stack_id), None)
    return {**ids, **(dict.fromkeys(named_ids(records, "stacks"), stack_id) if stack_id else {})}
