"""Flows switched on and off, and scheduled, on the publisher's own pages.

These count as the customer's edits, like those made in integrator.io: the kit writes them, and no
later plan reverts them (protocol/settings-forms.md#13-flow-section-and-flow-entry).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from connector_kit.documents import Document
from connector_kit.forms import Errors, FlowEntry
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.apply import apply, in_step_with_the_customer
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.settings.recorded import recorded_pages, shown_components
from connector_kit.models import Installation
from connector_kit.plan import FieldChange, Plan, Update
from connector_kit.schedules import schedule_problem

FlowChanges = Mapping[str, Document]
"""``{"disabled": bool, "schedule": six-field cron or ""}``, or one of them, by flow."""

NO_FLOW = "The settings page has no such flow"
NO_SWITCH = "The connector controls whether this flow is on"
NO_SCHEDULE = "The connector controls this flow's schedule"


def check_flows(installation: Installation, flows: FlowChanges) -> Errors:
    """Return the errors of *flows* that may not be changed, by name; reads only the records."""
    pages = recorded_pages(shown_components(installation))
    found = {name: pages.flow(name) for name in flows}
    errors = {
        name: list(_refusals(flow[1], flows[name])) if (flow := found[name]) else [NO_FLOW]
        for name in flows
    }
    return {name: messages for name, messages in errors.items() if messages}


def change_flows(work: Work, account: Account, flows: FlowChanges) -> None:
    """Write *flows* into the account; flows that already match, or are gone, are left alone."""
    if flows:
        in_step_with_the_customer(account, partial(_carry_out, work, account, flows))


def _refusals(entry: FlowEntry, wanted: Document) -> Iterator[str]:
    if "disabled" in wanted:
        if not entry.has_switch:
            yield NO_SWITCH
        elif not isinstance(wanted["disabled"], bool):
            yield "disabled must be true or false"
    if "schedule" in wanted:
        if not entry.shows_schedule:
            yield NO_SCHEDULE
        elif problem := schedule_problem(wanted["schedule"]):
            yield problem
    for name in wanted.keys() - {"disabled", "schedule"}:
        yield f"{name} cannot be changed here"


def _carry_out(work: Work, account: Account, flows: FlowChanges) -> None:
    live = account.read(
        ("flows",),
        declared={},
        applied=work.journal.applied,
        known_ids=work.journal.known_ids,
    )
    work.journal.saw(live)
    steps = []
    for item in live:
        component = work.journal.applied.get(item.external_id)
        wanted = flows.get(item.external_id)
        if component is None or wanted is None or not account.fence.holds(item):
            continue
        document = item.document
        unset = {"disabled": False, "schedule": ""}
        changes = tuple(
            FieldChange(name, document.get(name), value)
            for name, value in wanted.items()
            if document.get(name, unset.get(name)) != value
        )
        if changes:
            steps.append(Update(component, item.id, {**document, **wanted}, changes, document))
    apply(Plan(tuple(steps)), account, work.journal, out_of_time=work.out_of_time)
    work.journal.keep_flows()
