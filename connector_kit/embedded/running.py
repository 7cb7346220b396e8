"""Exports, imports and flows of a deployment, run on demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from connector_kit.embedded.accounts import account_client
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.embedded.sessions import account_of
from connector_kit.integrator import Client
from connector_kit.integrator.resources.documents import ImportResult
from connector_kit.integrator.resources.job_states import EVERY, JobState
from connector_kit.integrator.transport.query import Moment
from connector_kit.integrator.transport.timing import Deadline
from connector_kit.models import Installation
from connector_kit.publisher.actions import THE_KIT, Actor, record_action


def run_export(
    deployment: Installation, name: str, *, seconds: float | None = None, by: Actor = THE_KIT
) -> list[Any]:
    """Run the export *name* on its own and return its records, within *seconds*.

    A stored export, so its own settings, hooks and delta apply. Never sent twice: raises
    `OutcomeUnknown` when no answer came, `EmbeddedError` ``unknown_component`` for another name.
    """
    with _running(deployment, "exports", name, seconds, by) as (client, export_id):
        return [*client.exports.invoke(export_id).get("data", [])]


def run_import(
    deployment: Installation,
    name: str,
    records: Sequence[Any],
    *,
    seconds: float | None = None,
    by: Actor = THE_KIT,
) -> list[ImportResult]:
    """Run the import *name* on its own with *records*; returns one result each, in order.

    A record that failed has ``errors`` and another ``statusCode`` than 200
    (protocol/http-api.md#42-virtual-import). Raises like `run_export`.
    """
    with _running(deployment, "imports", name, seconds, by) as (client, import_id):
        return client.imports.invoke(import_id, records)


@dataclass(frozen=True)
class FlowRun:
    """A flow that was started: its job, and the job's status."""

    deployment: Installation
    flow: str
    job_id: str

    def state(self) -> JobState:
        """The job's current status."""
        with account_client(account_of(self.deployment)) as client:
            return JobState.of(client.jobs.family(self.job_id))

    def watch(self, *, every: float = EVERY, seconds: float | None = None) -> Iterator[JobState]:
        """Yield its status every *every* seconds, the last time when it is done.

        Raises `StillRunning` when it is not done within *seconds*; the job itself continues.
        """
        deadline = None if seconds is None else Deadline.after(seconds)
        with account_client(account_of(self.deployment)) as client:
            yield from client.jobs.watch(self.job_id, every=every, deadline=deadline)

    def cancel(self) -> None:
        """Stop the job."""
        with account_client(account_of(self.deployment)) as client:
            client.jobs.cancel(self.job_id)


def run_flow(
    deployment: Installation,
    name: str,
    *,
    start_date: Moment | None = None,
    by: Actor = THE_KIT,
) -> FlowRun:
    """Start the flow *name*; *start_date* is from when on a delta flow exports.

    Raises like `run_export`, and `Refused` ``invalid_flow`` when the flow is disabled.
    """
    with _running(deployment, "flows", name, None, by) as (client, flow_id):
        return FlowRun(deployment, name, client.flows.run(flow_id, start_date=start_date))


@contextmanager
def _running(
    deployment: Installation, resource: str, name: str, seconds: float | None, by: Actor
) -> Iterator[tuple[Client, str]]:
    """The client of the deployment's account, and the id of the component; on record as *by*'s."""
    rows = deployment.components.filter(resource=resource).exclude(resource_id="")
    known = dict(rows.values_list("external_id", "resource_id"))
    if name not in known:
        raise EmbeddedError(
            "unknown_component",
            f"The deployment for {deployment.end_user} has no {resource.removesuffix('s')} "
            f"{name!r}; it has {', '.join(sorted(known)) or 'none'}.",
        )
    act = f"embedded.run_{resource.removesuffix('s')}"
    record_action(by, act, f"deployment/{deployment.pk}", after={"name": name})
    with account_client(account_of(deployment), seconds=seconds) as client:
        yield client, known[name]
