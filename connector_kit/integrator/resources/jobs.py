"""Jobs: what runs and what has run (protocol/http-api.md#11-jobs-job-errors-retries)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.resources.documents import ErrorRecord, Job, JobError
from connector_kit.integrator.resources.job_query import JobQuery
from connector_kit.integrator.resources.job_retries import RetriesOfJobs
from connector_kit.integrator.resources.job_states import EVERY, JobState, count_of
from connector_kit.integrator.resources.job_states import watch as watch_states
from connector_kit.integrator.resources.shapes import documents, signed_urls
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import Call, Effect
from connector_kit.integrator.transport.query import with_query
from connector_kit.integrator.transport.timing import Clock, Deadline

ALL = JobQuery()

Documents = list[Document]
Found = list[Job]
Objects = list[Any]
Errors = list[JobError]


INLINE = 1000
"""The most errors returned in an answer; more come as files."""


@dataclass(frozen=True)
class JobErrors:
    """The errors of a job: `records`, or `file_urls` where they are too many to be answered.

    `pending` is true while the children of a cancelled job are still ending: ask again. The
    addresses are secrets, good for a while.
    """

    records: tuple[JobError, ...] = ()
    file_urls: tuple[str, ...] = ()
    pending: bool = False


class Jobs(RetriesOfJobs):
    """The account's jobs. They live 30 days, and so do their errors."""

    def list(self, query: JobQuery = ALL) -> Iterator[Job]:
        """Yield the jobs that *query* means, page after page.

        A list may end at about a thousand without notice: narrow the dates of a long one.
        """
        path = with_query(self._at(), query.pairs())
        return self._transport.items(calls.get(path, expects=list))

    def get(self, job_id: str) -> Job:
        """Return the job; raises `NotFound`."""
        job: Job = self._body(calls.get(self._at(job_id), expects=dict))
        return job

    def family(self, job_id: str) -> Job:
        """Return the job with the jobs of its steps as ``children``."""
        job: Job = self._body(calls.get(self._at(job_id, "family"), expects=dict))
        return job

    def families(self, job_ids: Iterable[str]) -> Found:
        """Return several jobs with their ``children``."""
        call = calls.post(self._at("family"), [*job_ids], effect=Effect.NONE)
        jobs: Found = documents(self._body(call))
        return jobs

    def watch(
        self,
        job_id: str,
        *,
        every: float = EVERY,
        deadline: Deadline | None = None,
        clock: Clock | None = None,
    ) -> Iterator[JobState]:
        """Yield the job's status every *every* seconds, the last time when it is done.

        Raises `StillRunning` when it is not done by *deadline*, or by the client's.
        """
        return watch_states(
            lambda: self.family(job_id),
            every=every,
            deadline=deadline or self._transport.deadline,
            clock=clock or self._transport.retry.clock,
        )

    def cancel(self, job_id: str) -> None:
        """Stop the job; it is ``canceling`` until its children have ended."""
        self._body(Call("PUT", self._at(job_id, "cancel")))

    def current(self, filters: Document | None = None) -> Found:
        """Return the jobs that run now; *filters* as for `run_stats`."""
        return self._filtered(self._at("current"), filters)

    def run_stats(self, filters: Document | None = None) -> Documents:
        """Return finished runs.

        *filters* as the platform spells them: ``flowIds``, ``sandbox``, ``time_gt``, ``time_lte``
        (milliseconds since 1970) and others.
        """
        return self._filtered("/flows/runs/stats", filters)

    def diagnostics_urls(self, job_id: str) -> tuple[str, ...]:
        """Return the address of a file with the job's diagnostics. A secret, good for a while."""
        return signed_urls(self._body(calls.get(self._at(job_id, "diagnostics"))))

    def file_urls(self, job_id: str, body: Document | None = None) -> tuple[str, ...]:
        """Return the addresses of the job's files. Secrets, good for a while.

        What chooses among several is not documented; *body* is sent as it is.
        """
        call = calls.post(self._at(job_id, "files", "signedURL"), body or {}, effect=Effect.NONE)
        return signed_urls(self._body(call))

    def purge_files(self, job_id: str) -> None:
        """Delete the job's files."""
        self._body(calls.delete(self._at(job_id, "files")))

    def errors(self, job: Job) -> JobErrors:
        """Return the errors of *job*, in whichever way the platform has them for so many."""
        if count_of(job, "numError") <= INLINE:
            return JobErrors(records=tuple(self.inline_errors(job["_id"])))
        urls = self.error_file_urls(job["_id"])
        return JobErrors(file_urls=urls, pending=not urls)

    def inline_errors(self, job_id: str) -> Errors:
        """Return the errors of a job that has at most a thousand of them."""
        errors: Errors = self._either(  # both spellings are documented (U26)
            calls.get(self._at(job_id, "joberrors"), expects=list),
            calls.get(self._at(job_id, "jobErrors"), expects=list),
        )
        return errors

    def error_file_urls(self, job_id: str) -> tuple[str, ...]:
        """Return the addresses of files with all errors of a job. Secrets, good for a while.

        None while the children of a cancelled job are still ending.
        """
        return signed_urls(self._body(calls.get(self._at(job_id, "errorFile", "signedURL"))))

    def error_records(self, job_id: str) -> Iterator[ErrorRecord]:
        """Yield the errors of a job as today's error management has them."""
        return self._listed(calls.get(self._at(job_id, "errors")), "errors")

    def resolve_errors(self, job_id: str) -> None:
        """Mark all errors of the job as resolved."""
        self._body(Call("PUT", self._at(job_id, "joberrors", "resolve")))

    def resolve_error(self, job_id: str, error_id: str) -> None:
        """Mark one error of the job as resolved."""
        self._body(Call("PUT", self._at(job_id, "joberrors", error_id, "resolve")))

    def _filtered(self, path: str, filters: Document | None) -> Objects:
        return documents(self._body(calls.post(path, filters or {}, effect=Effect.NONE)))
