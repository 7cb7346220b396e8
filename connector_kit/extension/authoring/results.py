"""What functions answer, as types: each is a plain dict with the platform's words for keys.

Calling one makes the dict: ``PreSavePageResult(data=records, errors=[])``. For the entries of
preMap and postMap there are words: `keep`, `ignore`, `fail` (protocol/extension.md#5 and #6).
"""

from collections.abc import Iterable
from typing import Any, Literal, Required, TypedDict


class RecordError(TypedDict, total=False):
    """What is wrong with a record; *source* says where it was noticed."""

    code: Required[str]
    message: Required[str]
    source: str
    retryDataKey: str


class Entry(TypedDict, total=False):
    """The result for one record; an empty one ignores it."""

    data: Any
    errors: list[RecordError]


class PreSavePageResult(TypedDict, total=False):
    """The page that preSavePage hands on; *abort* ends the export after it."""

    data: Required[list[Any]]
    errors: list[RecordError]
    abort: bool
    newErrorsAndRetryData: list[dict[str, Any]]


class ResponseEntry(TypedDict, total=False):
    """How an application answered to one record: an entry of postSubmit's result."""

    statusCode: int
    errors: list[RecordError]
    ignored: bool
    id: Any
    _json: Any
    dataURI: str


class PingResult(TypedDict, total=False):
    """Whether a connection works: 200, or 401 and why not."""

    statusCode: Required[Literal[200, 401]]
    errors: list[RecordError]


class ExportPage(TypedDict, total=False):
    """A page of an export wrapper.

    Unless *lastPage* there is another call, which gets *state* back; *connectionOffline* ends the
    export, and takes the connection offline.
    """

    data: list[Any]
    errors: list[RecordError]
    connectionOffline: bool
    lastPage: bool
    state: Any


class ImportAnswer(TypedDict, total=False):
    """The result of one record in an import wrapper; errors with 200 mean partial success."""

    statusCode: Literal[200, 401, 422]
    id: Any
    ignored: bool
    errors: list[RecordError]


def keep(record: Any, errors: Iterable[RecordError] = ()) -> Entry:
    """Return the entry of a record that continues; *errors* are logged beside it."""
    return {"data": record, "errors": list(errors)} if errors else {"data": record}


def ignore() -> Entry:
    """Return the entry of a record that is ignored."""
    return {}


def fail(code: str, message: str, *, source: str | None = None) -> Entry:
    """Return the entry of a record that fails with one error."""
    error: RecordError = {"code": code, "message": message}
    if source is not None:
        error["source"] = source
    return {"errors": [error]}
