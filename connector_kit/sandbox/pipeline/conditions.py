"""Lines of a mapping that count only sometimes (``conditional.when``).

The words are those of protocol/platform-2026.md#12 and #7: of both mappers, and of NetSuite's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.lookups import RecordFailed

CREATE, UPDATE = "CREATE", "UPDATE"
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Circumstances:
    """What a mapping knows of a record besides itself.

    *answers* are those of the application to the dynamic lookups, *request_type* whether the record
    is going to be created or updated there, *context* what templates see.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    request_type: str = CREATE
    context: Document = field(default_factory=dict)


def counts(
    line: Document, extracted: Any, found: Any, present: Any, circumstances: Circumstances
) -> bool:
    """Tell whether a line of a mapping counts.

    *extracted* is what it reads, *found* what its lookup made of that, *present* what its place in
    the result has already. Raises `RecordFailed` for a word that is none.
    """
    word = find(line, ("conditional", "when"))
    if not word:
        return True
    verdicts = {
        "record_created": circumstances.request_type == CREATE,
        "record_updated": circumstances.request_type == UPDATE,
        "extract_not_empty": extracted not in EMPTY,
        "lookup_not_empty": found not in EMPTY,
        "lookup_empty": found in EMPTY,
        "ignore_if_set": present in EMPTY,
    }
    if word not in verdicts:
        message = f"{line.get('generate')}: there is no condition {word!r}."
        raise RecordFailed("invalid_mapping", message)
    return verdicts[word]
