"""Flows: run them, and find their components (protocol/http-api.md#6-flows)."""

from __future__ import annotations

from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.resources.cloning import Cloneable
from connector_kit.integrator.resources.documents import ErrorCount, Job
from connector_kit.integrator.resources.flow_errors import StepErrors
from connector_kit.integrator.resources.forms import HasSettingsForm
from connector_kit.integrator.resources.shapes import documents, listed, signed_urls
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import Call
from connector_kit.integrator.transport.query import Moment, iso


class Flows(Cloneable, HasSettingsForm):
    """The account's flows."""

    def run(
        self, flow_id: str, *, start_date: Moment | None = None, run_key: str | None = None
    ) -> str:
        """Start the flow and return the id of its job.

        *start_date* is from when on a delta flow exports, *run_key* names the file of a data
        loader. A flow that is already running is queued; a disabled one is `Refused`
        (``invalid_flow``). Never sent twice: raises `OutcomeUnknown` when no answer came.
        """
        body: Document = {}
        if start_date is not None:
            body["export"] = {"startDate": iso(start_date)}
        if run_key is not None:
            body["runKey"] = run_key
        path = self._at(flow_id, "run")
        return str(self._value(calls.post(path, body) if body else Call("POST", path), "_jobId"))

    def latest_job(self, flow_id: str) -> Job | None:
        """Return the flow's newest job, None when it has never run."""
        jobs: list[Any] = documents(self._body(calls.get(self._at(flow_id, "jobs", "latest"))))
        return max(jobs, key=lambda job: str(job.get("createdAt") or ""), default=None)

    def last_export_date(self, flow_id: str) -> str | None:
        """Return the time up to which a delta flow has exported, None if it has not run."""
        answer = self._document(calls.get(self._at(flow_id, "lastExportDateTime"), expects=dict))
        return answer.get("lastExportDateTime")

    def descendants(self, flow_id: str) -> dict[str, list[Document]]:
        """Return the ``exports`` and ``imports`` that the flow runs."""
        return self._document(calls.get(self._at(flow_id, "descendants"), expects=dict))

    def template_urls(self, flow_id: str) -> tuple[str, ...]:
        """Return the address of a zip of the flow. A secret, good for a while."""
        return signed_urls(self._body(calls.get(self._at(flow_id, "template"))))

    def replace_connection(self, flow_id: str, connection_id: str, new_connection_id: str) -> None:
        """Replace a connection with a new one in everything that the flow runs."""
        body = {"_connectionId": connection_id, "_newConnectionId": new_connection_id}
        path = self._at(flow_id, "replaceConnection")
        self._body(calls.put(path, body))

    def error_counts(self, flow_id: str) -> list[ErrorCount]:
        """Return how many open errors each step has (``_expOrImpId``), and since when."""
        answer = self._body(calls.get(self._at(flow_id, "errors")))
        return listed(answer, "flowErrors")

    def step(self, flow_id: str, step_id: str) -> StepErrors:
        """Return the errors of one step, an export or import of the flow."""
        return StepErrors(self._transport, self._at(flow_id, step_id).lstrip("/"))
