"""One record on its way through an import (protocol/extension.md#51-hooks)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.conditions import CREATE

FAILED = 422


@dataclass
class Entry:
    """One record: as received, as passed on, and the answer for it.

    *stage* says where it is, and so the stage of an error that does not name one.
    """

    original: Any
    record: Any = None
    mapped: Any = None
    errors: list[Any] = field(default_factory=list)
    is_over: bool = False
    """Whether it goes no further: it failed, or a filter or hook left it out."""
    is_left: bool = False
    """Whether it was not sent because the run was canceled."""
    stage: str = "mapping"
    answer: Document = field(default_factory=dict)
    lookups: Document = field(default_factory=dict)
    """What the application answered to the dynamic lookups, by their names."""
    request_type: str = CREATE
    is_there: bool | None = None
    """Whether the application has the record already, None when the import does not find out."""
    _stages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.record = self.original

    def note(self, *errors: Any) -> None:
        """Have errors, of the stage that the record is at."""
        self.errors += errors
        self._stages += [self.stage] * len(errors)

    def fail(self, *errors: Any) -> None:
        """End here."""
        self.note(*errors)
        self.is_over = True

    def errors_with_source(self) -> list[Document]:
        """Return the errors, each with its ``source``."""
        return [
            {"source": stage, **(item if isinstance(item, dict) else {"message": str(item)})}
            for item, stage in zip(self.errors, self._stages, strict=True)
        ]

    def answer_instead(self, result: Document) -> None:
        """Be answered otherwise, as postSubmit wants to have it."""
        self.errors, self._stages = [], []
        errors = result.get("errors") or []
        self.note(*(errors if isinstance(errors, list) else [errors]))
        self.answer = {name: value for name, value in result.items() if name != "errors"}

    def leave_out(self) -> None:
        """End here, ignored."""
        self.is_over = True

    def take(self, result: Any, stage: str) -> Any:
        """Read the result of preMap or postMap for the record; returns the data to use next."""
        fields = result if isinstance(result, dict) else {}
        errors = fields.get("errors") or []
        self.stage = stage
        self.note(*(errors if isinstance(errors, list) else [errors]))
        self.is_over = "data" not in fields
        return fields.get("data")

    def refuse(self, errors: Iterable[Document], stage: str) -> None:
        """Fail with the whole page, whatever was answered."""
        self.stage = stage
        if self.answer:
            self.answer = {**self.answer, "statusCode": FAILED}
        self.fail(*errors)

    def result(self) -> Document:
        """Return the element of the answer that is the record's."""
        if self.answer:
            return {**self.answer, "errors": self.errors} if self.errors else self.answer
        if self.errors:
            return {"statusCode": FAILED, "errors": self.errors}
        return {"statusCode": 200, "ignored": True}


def unfinished(entries: Iterable[Entry]) -> list[Entry]:
    """Return the records that continue."""
    return [entry for entry in entries if not entry.is_over]
