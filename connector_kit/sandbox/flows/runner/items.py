"""One record on its way through a flow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.jobs.retry_store import Retry
from connector_kit.sandbox.pipeline.context import RunContext
from connector_kit.sandbox.pipeline.templates import context_of, fill


@dataclass(frozen=True)
class Item:
    """*retry* is the failure's data that it is run again for, at its first step only."""

    record: Any
    trace_key: str | None = None
    data_uri: str | None = None
    retry: Retry | None = None

    def next(self, record: Any) -> Item:
        """Return the item as it leaves a step."""
        return replace(self, record=record, retry=None)


def trace_key(step: Document, run: RunContext, record: Any) -> str | None:
    """Return what a step knows a record by (``traceKeyTemplate``), None where it does not say."""
    template = str(step.get("traceKeyTemplate") or "")
    if not template:
        return None
    return fill(template, {**run.context(step), **context_of(record)}) or None
