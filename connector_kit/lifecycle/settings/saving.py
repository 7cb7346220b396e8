"""persistSettings of framework 1.0: what customers save, and flows that they switch on and off.

protocol/settings-forms.md#31-persistsettings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from connector_kit.blueprint.settings.judging import with_content
from connector_kit.documents import Document
from connector_kit.extension.words import sort_of
from connector_kit.forms import SettingsPages, read_settings_document
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.apply import apply, in_step_with_the_customer
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.moves import move, require_settled
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.sessions import session
from connector_kit.lifecycle.settings.checking import SettingsRefused, check_settings
from connector_kit.lifecycle.settings.declared import sets_of
from connector_kit.lifecycle.settings.foreign import parted, write_foreign
from connector_kit.lifecycle.state_store import restore
from connector_kit.models import Connector, Operation
from connector_kit.plan import FieldChange, Plan, Update

KIND = Operation.Kind.SETTINGS
CUSTOMER = "customer"
"""Who saves on the platform's own pages: the platform does not say which user it was."""


def persist_settings(connector: Connector, options: Document) -> Document:
    """Save what the customer has set, or switch a flow; ``settings/persistSettings``.

    Only what is bound to settings that changed is touched, besides the page itself. Raises
    `SettingsRefused` with the messages of every field when something may not be set.
    """
    pending = _pending(options)
    with session(connector, options, KIND, "persistSettings", by=CUSTOMER) as (work, account):
        require_settled(work, account)
        page = read_settings_document(account.integration.get("settings"))
        saves = _saves(pending, page, _File.of(options))
        answer = _save(work, account, saves.values, page, options) if saves.values else {}
        if work.installation.needs and not saves.values:
            move(work, account)
        for flow_id, disabled in saves.switches.items():
            in_step_with_the_customer(account, partial(_switch, work, account, flow_id, disabled))
        accepted = answer.get("pending", {})
        if page.is_multi_store:
            accepted = {store: {**pending[store], **accepted.get(store, {})} for store in pending}
        # The request with the values now in effect: the answer is never empty.
        return {"success": True, **answer, "pending": {**pending, **accepted}}


@dataclass(frozen=True)
class _File:
    """The text of a file that came with the call, of the only file field."""

    content: str | None = None
    delimiter: str = ""

    @classmethod
    def of(cls, options: Document) -> _File:
        """Read the file sent beside ``pending``."""
        content = _option(options, "sampleData")
        delimiter = _option(options, "rowDelimiter")
        return cls(
            content if isinstance(content, str) else None,
            delimiter if isinstance(delimiter, str) else "",
        )

    def beside(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return *values* with the text in the one that is a file."""
        if self.content is None:
            return dict(values)
        return {
            name: with_content(item, self.content, self.delimiter)
            if isinstance(item, dict) and {"name", "size"} <= item.keys()
            else item
            for name, item in values.items()
        }


@dataclass(frozen=True)
class _Saves:
    """What a call asks for: *values* by name (or store first), and flows to switch."""

    values: dict[str, Any]
    switches: dict[str, bool]


def _saves(pending: Document, page: SettingsPages, file: _File) -> _Saves:
    if not page.is_multi_store:
        values, switches = _separated(pending)
        return _Saves(file.beside(values), switches)
    by_store: dict[str, Any] = {}
    of_all: dict[str, bool] = {}
    for store, sent in pending.items():
        if not isinstance(sent, dict):
            by_store[store] = sent
            continue
        values, switched = _separated(sent)
        of_all |= switched
        if values:
            by_store[store] = file.beside(values)
    return _Saves(by_store, of_all)


def _separated(sent: Document) -> tuple[Document, dict[str, bool]]:
    """The values to set, and the flow to switch: ``{"flowId", "disabled"}``."""
    flow_id, values = sent.get("flowId"), {k: v for k, v in sent.items() if k != "flowId"}
    if not isinstance(flow_id, str):
        return dict(sent), {}
    if "disabled" not in values:
        return values, {}
    disabled = values.pop("disabled")
    if not isinstance(disabled, bool):
        raise SettingsRefused({"disabled": ["Must be true or false"]})
    return values, {flow_id: disabled}


def _save(
    work: Work, account: Account, values: Document, page: SettingsPages, options: Document
) -> Document:
    """Check and record *values*, and apply them to the account."""
    sent = parted(values, page, sets_of(work.installation, work.release))
    checked = check_settings(work.installation, sent.own, options)
    if errors := {**checked.errors, **sent.errors}:
        raise SettingsRefused(errors)
    before = {component.digest for component in work.blueprint.components}
    move(work, account, settings=checked.settings)
    if sent.foreign:
        write_foreign(sent.foreign, work, account)
    changed = {component.digest for component in work.blueprint.components} - before
    answer: Document = {"pending": checked.values}
    # The client reads exports and flows again when there is such a key.
    return answer | ({"settings": account.integration.get("settings")} if changed else {})


def _switch(work: Work, account: Account, flow_id: str, disabled: bool) -> None:
    """Switch a flow of this installation on or off: an edit of the customer."""
    entry = read_settings_document(account.integration.get("settings")).flow(flow_id)
    if entry and not entry[1].has_switch:
        raise LifecycleError(
            "switch_not_offered",
            f"The flow {flow_id} cannot be switched on or off here: the connector controls it.",
        )
    if not work.journal.applied and restore(work.installation, account.client):
        work.reload_journal()
    live = account.read(
        ("flows",),
        declared={},
        applied=work.journal.applied,
        known_ids=work.journal.known_ids,
    )
    flow = next(
        (document for document in live if document.id == flow_id and account.fence.holds(document)),
        None,
    )
    component = work.journal.applied.get(flow.external_id) if flow else None
    if flow is None or component is None:
        raise LifecycleError(
            "flow_unknown",
            f"The installation has no flow {flow_id} of this connector. Nothing was changed. "
            "Reload the page.",
        )
    if flow.document.get("disabled", False) == disabled:
        return
    change = FieldChange("disabled", flow.document.get("disabled"), disabled)
    document = {**flow.document, "disabled": disabled}
    plan = Plan((Update(component, flow.id, document, (change,), flow.document),))
    work.operation.summary = plan.summary()
    apply(plan, account, work.journal, out_of_time=work.out_of_time)


def _pending(options: Document) -> Document:
    pending = _option(options, "pending")
    if pending is None:
        raise LifecycleError(
            "missing_required_field",
            "The call's options have no pending, the values to save by field.",
        )
    if not isinstance(pending, dict):
        raise LifecycleError(
            "invalid_field",
            f"pending must be an object with values by field, not {sort_of(pending)}.",
        )
    return pending


def _option(options: Document, name: str) -> Any:
    """What a request's body holds as *name*: beside the token or within opts (U7)."""
    opts = options.get("opts")
    return options.get(name, opts.get(name) if isinstance(opts, dict) else None)
