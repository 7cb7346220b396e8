"""Filters for jobs (protocol/http-api.md#11-jobs-job-errors-retries)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector_kit.integrator.transport.query import Moment, Value, iso


@dataclass(frozen=True, kw_only=True)
class JobQuery:
    """Jobs that match all of these.

    Today's documentation wants one of a flow or an integration; the original one does not. Children
    of a flow's job are asked for by *flow_job_id*; *parent_job_id* is another word for it that
    was seen. *created_from* and *created_to* are included, as the counts are.
    """

    integration_id: str | None = None
    flow_id: str | None = None
    flow_ids: Sequence[str] = ()
    export_id: str | None = None
    import_id: str | None = None
    flow_job_id: str | None = None
    parent_job_id: str | None = None
    bulk_job_id: str | None = None
    statuses: Sequence[str] = ()
    types: Sequence[str] = ()
    created_from: Moment | None = None
    created_to: Moment | None = None
    retriable: bool | None = None
    min_success: int | None = None
    max_success: int | None = None
    min_export: int | None = None
    max_export: int | None = None
    min_ignore: int | None = None
    max_ignore: int | None = None
    min_error: int | None = None
    min_resolved: int | None = None
    hide_empty: bool | None = None

    def pairs(self) -> Iterator[tuple[str, Value | None]]:
        """Yield names and values as the query string has them; None where nothing is asked.

        Several statuses repeat the name, several types and flows are numbered:
        ``type_in[0]=flow&type_in[1]=bulk_retry``.
        """
        for wire_name, name in _PLAIN.items():
            yield wire_name, getattr(self, name)
        yield "createdAt_gte", iso(self.created_from)
        yield "createdAt_lte", iso(self.created_to)
        yield from (("status", status) for status in self.statuses)
        if len(self.types) == 1:
            yield "type", self.types[0]
        else:
            yield from _numbered("type_in", self.types)
        yield from _numbered("_flowId_in", self.flow_ids)


_PLAIN = {
    "_integrationId": "integration_id",
    "_flowId": "flow_id",
    "_exportId": "export_id",
    "_importId": "import_id",
    "_flowJobId": "flow_job_id",
    "_parentJobId": "parent_job_id",
    "_bulkJobId": "bulk_job_id",
    "retriable": "retriable",
    "numSuccess_gte": "min_success",
    "numSuccess_lte": "max_success",
    "numExport_gte": "min_export",
    "numExport_lte": "max_export",
    "numIgnore_gte": "min_ignore",
    "numIgnore_lte": "max_ignore",
    "numError_gte": "min_error",
    "numResolved_gte": "min_resolved",
    "hideEmpty": "hide_empty",
}


def _numbered(name: str, values: Sequence[str]) -> Iterator[tuple[str, Value | None]]:
    return ((f"{name}[{index}]", value) for index, value in enumerate(values))
