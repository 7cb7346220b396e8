"""What failed in a job, in the classic error management (protocol/http-api.md#11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector_kit.integrator.resources.documents import ErrorRecord, Job, JobError
from connector_kit.integrator.resources.job_states import count_of
from connector_kit.integrator.resources.route import Route
from connector_kit.integrator.resources.shapes import signed_urls
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.calls import Call

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


class ErrorsOfJobs(Route):
    """Jobs, as far as their errors are concerned."""

    def errors(self, job: Job) -> JobErrors:
        """Return the errors of *job*, in whichever way the platform has them for so many."""
        if count_of(job, "numError") <= INLINE:
            return JobErrors(records=tuple(self.inline_errors(job["_id"])))
        urls = self.error_file_urls(job["_id"])
        return JobErrors(file_urls=urls, pending=not urls)

    def inline_errors(self, job_id: str) -> list[JobError]:
        """Return the errors of a job that has at most a thousand of them."""
        found: list[JobError] = self._either(  # both spellings are documented (U26)
            calls.get(self._at(job_id, "joberrors"), expects=list),
            calls.get(self._at(job_id, "jobErrors"), expects=list),
        )
        return found

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
