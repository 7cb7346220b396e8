"""The records that an export carries itself: ``mockOutput``, ``sampleData``.

protocol/resources.md#export
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.connections import requests, wrappers
from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.http.wire import Document, parse
from connector_kit.sandbox.pipeline.context import RunContext


def has_records(export: Document) -> bool:
    """Whether an export carries records."""
    return bool(export.get("mockOutput") or export.get("sampleData"))


def stand_in(run: RunContext, export: Document) -> bool:
    """Whether an export's own records stand in for its application, which is not within reach."""
    connection = run.connection
    if wrappers.is_wrapper(connection) or not has_records(export):
        return False
    if connection.get("type") not in requests.TYPES:
        return True
    address = find(connection, (requests.connection_type(connection), "baseURI"))
    return not run.platform.backends.reaches(str(address or ""))


def records_of(export: Document) -> list[Any]:
    """Return the records of the mock output, else of the sample data: an object, a list, a text.

    Sample data of files is text; text that is not JSON makes no record.
    """
    if export.get("mockOutput"):
        pages = find(export, ("mockOutput", "page_of_records"))
        return [page.get("record") for page in objects(pages)]
    sample = export.get("sampleData")
    if isinstance(sample, str):
        try:
            sample = parse(sample.encode())
        except ValueError:
            return []
    if not sample:
        return []
    return sample if isinstance(sample, list) else [sample]
