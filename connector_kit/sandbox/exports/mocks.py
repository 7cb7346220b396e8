"""The records that an export carries itself: ``mockOutput``, ``sampleData``.

protocol/resources.md#export
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.http.wire import Document, parse


def has_records(export: Document) -> bool:
    """Whether an export carries records."""
    return bool(export.get("mockOutput") or export.get("sampleData"))


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
