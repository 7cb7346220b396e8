"""Retrying what failed, in the classic error management (protocol/http-api.md#11).

Whatever starts jobs is never sent twice: `OutcomeUnknown` is raised when no answer came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.resources.route import Route, at
from connector_kit.integrator.resources.shapes import document, signed_urls
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import Call, Effect
from connector_kit.integrator.transport.query import without_none


class RetriesOfJobs(Route):
    """Jobs, as far as they can be retried or resolved.

    Methods that start something return the platform's answer, a job of the type ``bulk_retry`` when
    several are retried.
    """

    def retry(self, job_id: str) -> Document:
        """Run a failed job again; the results count towards it."""
        return document(self._body(Call("POST", self._at(job_id, "retry"))))

    def retry_record(self, job_id: str, retry_id: str) -> Document:
        """Run one failed record of the job again, by the ``_retryId`` of its error."""
        return document(self._body(Call("POST", self._at(job_id, "retries", retry_id, "retry"))))

    def retry_records(self, job_id: str, retry_ids: Iterable[str]) -> Document:
        """Run failed records of the job again, by the ``_retryId`` of their errors."""
        path, ids = self._at(job_id, "retries", "retry"), list(retry_ids)
        return document(  # documented as PUT, sent as POST by the platform's own client
            self._either(calls.put(path, ids, effect=Effect.AGAIN), calls.post(path, ids))
        )

    def retry_jobs(self, job_ids: Iterable[str]) -> Document:
        """Run failed jobs again."""
        return self._bulk(self._at("retry"), job_ids, Effect.AGAIN)

    def retry_flows(self, flow_ids: Iterable[str]) -> Document:
        """Run the failed jobs of flows again."""
        return self._bulk("/flows/jobs/retry", flow_ids, Effect.AGAIN)

    def retry_integration(self, integration_id: str) -> Document:
        """Run the failed jobs of an integration again."""
        path = f"/integrations{at(integration_id)}/jobs/retry"
        return document(self._body(Call("PUT", path, effect=Effect.AGAIN)))

    def resolve(self, job_id: str) -> None:
        """Mark the job's errors as resolved."""
        self._body(Call("PUT", self._at(job_id, "resolve")))

    def resolve_jobs(self, job_ids: Iterable[str]) -> None:
        """Mark the errors of jobs as resolved."""
        self._bulk(self._at("resolve"), job_ids, Effect.SAME)

    def resolve_flows(self, flow_ids: Iterable[str]) -> None:
        """Mark the errors of flows' jobs as resolved."""
        self._bulk("/flows/jobs/resolve", flow_ids, Effect.SAME)

    def resolve_integration(self, integration_id: str) -> None:
        """Mark the errors of an integration's jobs as resolved."""
        self._body(Call("PUT", f"/integrations{at(integration_id)}/jobs/resolve"))

    def _bulk(self, path: str, ids: Iterable[str], effect: Effect) -> Document:
        return document(self._body(calls.put(path, list(ids), effect=effect)))


class Retries(Route):
    """What can be run again (protocol/resources.md#retry-classic)."""

    def list(self, *, job_id: str | None = None) -> Iterator[Document]:
        """Yield what can be run again, of one job if that is named."""
        call = calls.get(self._at(), without_none(_jobId=job_id), expects=list)
        return self._transport.items(call)

    def create(self, retry: Document) -> Document:
        """Store *retry* and return it as stored. Never sent twice."""
        return self._document(calls.post(self._at(), retry, expects=dict))

    def data(self, retry_id: str) -> Any:
        """Return what will be run again, as the platform keeps it."""
        return self._body(calls.get(self._at(retry_id, "data")))

    def replace_data(self, retry_id: str, data: Any) -> None:
        """Correct what will be run again."""
        self._body(calls.put(self._at(retry_id, "data"), data))

    def file_urls(self, retry_id: str) -> tuple[str, ...]:
        """Return the address of a file with what will be run again. A secret, good for a while."""
        return signed_urls(self._body(calls.get(self._at(retry_id, "signedURL"))))
