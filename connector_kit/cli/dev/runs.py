"""Flows that are run in an account of the sandbox, and what became of them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from connector_kit.blueprint.problems import did_you_mean
from connector_kit.cli.dev.home import DevError
from connector_kit.testing.customers import Customer, Document

PATIENCE = 300.0
"""Seconds that a flow may run."""
LOOK_EVERY = 0.05
ENDED = ("completed", "failed", "canceled")
SHOWN_ERRORS = 5


@dataclass(frozen=True)
class Outcome:
    """What became of one run."""

    flow: str
    status: str
    successes: int
    ignored: int
    errors: int
    seconds: float
    steps: tuple[Document, ...] = ()
    messages: tuple[str, ...] = field(default=())

    @property
    def is_good(self) -> bool:
        """Whether the flow completed without an error."""
        return self.status == "completed" and not self.errors

    def lines(self) -> list[str]:
        """The outcome as text: a line for the flow, for each step, and for each error shown."""
        seconds = f"{self.seconds:.1f} s"
        lines = [f"{self.flow}: {self.status} in {seconds}"]
        lines += [
            f"  {step['name']}: {step['successes']} done, {step['ignored']} ignored, "
            f"{step['errors']} failed"
            for step in self.steps
        ]
        return lines + [f"  error: {message}" for message in self.messages]


def flows_of(customer: Customer) -> list[Document]:
    """Return the flows of the customer's installation, those of its stores included."""
    own = customer.integration_id
    children = {
        document["_id"]
        for document in customer.documents("integrations")
        if document.get("_parentId") == own
    }
    members = {own, *children}
    return [flow for flow in customer.documents("flows") if flow.get("_integrationId") in members]


def find_flow(flows: Iterable[Document], name: str | None) -> Document:
    """Return the flow called *name* (its attribute or its name), by default the only one.

    Raises `DevError` with the names there are.
    """
    known = [*flows]
    named = {_key(word): flow for flow in known for word in _names(flow)}
    names = ", ".join(_names(flow)[0] for flow in known) or "none"
    if name is None:
        if len(known) == 1:
            return known[0]
        raise DevError(f"Which flow? There are: {names}.")
    if _key(name) in named:
        return named[_key(name)]
    guess = did_you_mean(_key(name), [*named])
    raise DevError(f"There is no flow {name!r}. {guess}There are: {names}.")


def run_flow(customer: Customer, flow: Document) -> Outcome:
    """Run *flow*, switching it on if it is off, and wait for its end.

    Raises `CustomerError` when the platform refuses, `DevError` when it takes too long.
    """
    began = time.monotonic()
    if flow.get("disabled"):
        customer.switch_on(flow)
    job_id = customer.run_flow(flow["_id"])
    while (job := customer.job(job_id))["status"] not in ENDED:
        if time.monotonic() - began > PATIENCE:
            raise DevError(f"{flow['name']} has not ended after {PATIENCE:g} seconds.")
        time.sleep(LOOK_EVERY)
    names = {
        document["_id"]: document["name"]
        for resource in ("exports", "imports")
        for document in customer.documents(resource)
    }
    steps = [
        {
            "id": step_id,
            "name": names.get(step_id, step_id),
            "successes": child.get("numSuccess", 0),
            "ignored": child.get("numIgnore", 0),
            "errors": child.get("numError", 0),
        }
        for child in job.get("children") or ()
        if (step_id := child.get("_importId") or child.get("_exportId"))
    ]
    messages = [
        f"{step['name']}: {error.get('message') or error.get('code')}"
        for step in steps
        if step["errors"] or job["status"] == "failed"
        for error in customer.open_errors(flow["_id"], step["id"])[-SHOWN_ERRORS:]
    ]
    return Outcome(
        flow=flow["name"],
        status=job["status"],
        successes=job.get("numSuccess", 0),
        ignored=job.get("numIgnore", 0),
        errors=job.get("numError", 0),
        seconds=time.monotonic() - began,
        steps=tuple(steps),
        messages=tuple(messages),
    )


def _names(flow: Document) -> list[str]:
    external = flow.get("externalId")
    return [str(name) for name in (external, flow["name"]) if name]


def _key(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())
