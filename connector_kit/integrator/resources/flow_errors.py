"""The errors of one step of a flow (protocol/http-api.md#61-errors-of-a-flow)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from connector_kit.documents import Document
from connector_kit.integrator.errors import IntegratorError
from connector_kit.integrator.resources.documents import ErrorRecord, RetryData
from connector_kit.integrator.resources.route import Route
from connector_kit.integrator.resources.shapes import signed_urls
from connector_kit.integrator.transport import calls
from connector_kit.integrator.transport.query import Moment, iso, milliseconds, without_none

LIMIT = 1000
"""Errors that the platform's own client names in one request."""


class StepErrors(Route):
    """What failed in one step of a flow; records are named by their ``errorId``."""

    def open(
        self,
        *,
        source: str | None = None,
        classification: str | None = None,
        occurred_from: Moment | None = None,
        occurred_to: Moment | None = None,
        flow_job_id: str | None = None,
    ) -> Iterator[ErrorRecord]:
        """Yield the open errors, page after page; `ErrorRecord` says what the filters mean."""
        params = without_none(
            source=source,
            classification=classification,
            occurredAt_gte=iso(occurred_from),
            occurredAt_lte=iso(occurred_to),
            _flowJobId=flow_job_id,
        )
        return self._listed(calls.get(self._at("errors"), params), "errors")

    def resolved(
        self,
        *,
        source: str | None = None,
        classification: str | None = None,
        occurred_from: Moment | None = None,
        occurred_to: Moment | None = None,
        resolved_from: Moment | None = None,
        resolved_to: Moment | None = None,
        flow_job_id: str | None = None,
    ) -> Iterator[ErrorRecord]:
        """Yield the resolved errors, page after page."""
        params = without_none(
            source=source,
            classification=classification,
            occurredAt_gte=iso(occurred_from),
            occurredAt_lte=iso(occurred_to),
            resolvedAt_gte=iso(resolved_from),
            resolvedAt_lte=iso(resolved_to),
            _flowJobId=flow_job_id,
        )
        return self._listed(calls.get(self._at("resolved"), params), "resolved")

    def resolve(self, error_ids: Iterable[str]) -> None:
        """Mark errors as resolved, a thousand at a time; after that they cannot be retried."""
        for batch in _batches(error_ids):
            self._body(calls.put(self._at("resolved"), {"errors": batch}))

    def purge(self, error_ids: Iterable[str]) -> None:
        """Delete resolved errors for good, a thousand at a time."""
        for batch in _batches(error_ids):
            self._body(calls.delete(self._at("resolved"), {"errors": batch}))

    def retry(self, retry_data_keys: Iterable[str]) -> tuple[str, ...]:
        """Run records again, named by their ``retryDataKey``; returns the ids of the jobs.

        One job for each thousand. Never sent twice: raises `OutcomeUnknown` when no answer came.
        What fails after a first thousand carries a note with the jobs that were started.
        """
        return self._retry("retryDataKeys", retry_data_keys)

    def retry_errors(self, error_ids: Iterable[str]) -> tuple[str, ...]:
        """Run records again, named by their ``errorId``; see `retry`."""
        return self._retry("errorIds", error_ids)

    def retry_file(self, error_file_id: str) -> str:
        """Run all records of an error file again; returns the id of the job. See `retry`."""
        return self._start({"errorFileId": error_file_id})

    def retry_data(self, retry_data_key: str) -> RetryData:
        """Return a record as it will be retried, with the stage at which it enters the step."""
        data: RetryData = self._body(calls.get(self._at(retry_data_key, "data"), expects=dict))
        return data

    def replace_retry_data(self, retry_data_key: str, data: RetryData) -> None:
        """Correct a record before it is retried: what `retry_data` returned, ``data`` changed."""
        self._body(calls.put(self._at(retry_data_key, "data"), data))

    def assign(self, error_ids: Iterable[str], *, email: str, user_id: str | None = None) -> None:
        """Assign errors to a user, a thousand at a time."""
        for batch in _batches(error_ids):
            body = {"errorIds": batch, "email": email, **without_none(_userId=user_id)}
            self._body(calls.put(self._at("errors", "assign"), body))

    def tag(self, error_ids: Iterable[str], tag_ids: Sequence[str]) -> None:
        """Tag errors with tags of the account (`Client.tags`), a thousand at a time."""
        for batch in _batches(error_ids):
            self._body(calls.put(self._at("tags"), {"errorIds": batch, "tagIds": list(tag_ids)}))

    def open_file_urls(self) -> tuple[str, ...]:
        """Return the address of a file of the open errors. A secret, good for a while."""
        return signed_urls(self._body(calls.get(self._at("errors", "signedURL"))))

    def resolved_file_urls(self) -> tuple[str, ...]:
        """Return the address of a file of the resolved errors. A secret, good for a while."""
        return signed_urls(self._body(calls.get(self._at("resolved", "signedURL"))))

    def requests(
        self,
        *,
        status_code: int | None = None,
        stage: str | None = None,
        method: str | None = None,
        since: datetime | int | None = None,
        until: datetime | int | None = None,
    ) -> Iterator[Document]:
        """Yield the requests that were logged while debugging was on, newest page first.

        *since* is excluded, *until* included; as moments or milliseconds since 1970.
        """
        params = without_none(
            statusCode=status_code,
            stage=stage,
            method=method,
            time_gt=milliseconds(since),
            time_lte=milliseconds(until),
        )
        return self._listed(calls.get(self._at("requests"), params), "requests")

    def request(self, key: str) -> Document:
        """Return one logged request and its response, by the ``reqAndResKey`` of an error."""
        return self._document(calls.get(self._at("requests", key), expects=dict))

    def _retry(self, name: str, keys: Iterable[str]) -> tuple[str, ...]:
        started: list[str] = []
        for batch in _batches(keys):
            try:
                started.append(self._start({name: batch}))
            except IntegratorError as error:
                if started:
                    jobs = ", ".join(started)
                    error.add_note(
                        f"Retries of the preceding errors were started, as the jobs {jobs}."
                    )
                raise
        return tuple(started)

    def _start(self, body: dict[str, Any]) -> str:
        return str(self._value(calls.post(self._at("retry"), body), "_jobId"))


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(islice(rest, LIMIT)):
        yield batch
