"""The records that come with a declaration: what its exports hold as samples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connector_kit.documents import Document

Records = list[Any]


def sample_records(document: Mapping[str, Any]) -> Records:
    """Return the sample records of an export, none when it holds none.

    Looked for in ``mockOutput``, then in ``sampleData`` (protocol/resources.md#export); there also
    at the path where the export finds records in an answer.
    """
    mock = _parsed(document.get("mockOutput"))
    if isinstance(mock, dict) and isinstance(mock.get("page_of_records"), list):
        return [
            entry["record"] if isinstance(entry, dict) and "record" in entry else entry
            for entry in mock["page_of_records"]
        ]
    http = document.get("http")
    response = http.get("response") if isinstance(http, dict) else None
    path = response.get("resourcePath") if isinstance(response, dict) else None
    sample = _parsed(document.get("sampleData"))
    return _listed(_at(sample, path) if isinstance(path, str) else sample)


def sample_answers(document: Mapping[str, Any], count: int) -> list[Document]:
    """Return how an application may answer to *count* records of an import: it takes them all.

    The entries are the import's ``mockResponse``, over and over, where it has one.
    """
    mock = _listed(_parsed(document.get("mockResponse")))
    answers = []
    for number in range(count):
        entry = mock[number % len(mock)] if mock else {}
        plain = {"statusCode": 200, "errors": [], "ignored": False, "id": str(number + 1)}
        answers.append(plain | (entry if isinstance(entry, dict) else {"_json": entry}))
    return answers


def _listed(value: Any) -> Records:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _parsed(sample: Any) -> Any:
    """Return *sample*, which the platform also keeps as JSON text."""
    if not isinstance(sample, str):
        return sample
    try:
        return json.loads(sample)
    except ValueError:
        return None


def _at(sample: Any, path: str) -> Any:
    """Return the value at *path* in *sample*; *sample* itself when there is none."""
    found = sample
    for key in filter(None, path.split(".")):
        if not isinstance(found, dict) or key not in found:
            return sample
        found = found[key]
    return found
