"""One field of a document before and after a merge."""

from dataclasses import dataclass
from typing import Literal

from connector_kit.documents import MASK, Document, Json
from connector_kit.documents.redaction import redacted_at
from connector_kit.plan.sameness import MISSING

Owner = Literal["connector", "customer"]


@dataclass(frozen=True, repr=False)
class FieldChange:
    """A field that a merge changes, or that it leaves to the customer.

    *path* reads ``mapping.fields[generate=text].extract``. *before* is what is live, *after* what
    is declared; either may be `MISSING`. *settled* names who won where both had changed the field:
    with ``"customer"`` it stays as it was *before*. None: only one side changed it.
    """

    path: str
    before: Json
    after: Json
    settled: Owner | None = None

    @property
    def is_written(self) -> bool:
        """Whether the account is changed, rather than the customer's value kept."""
        return self.settled != "customer"

    def to_json(self) -> Document:
        """Return the change with secrets masked; what is missing shows as null."""
        return {
            "path": self.path,
            "before": self._shown(self.before),
            "after": self._shown(self.after),
            "settled": self.settled,
        }

    def __repr__(self) -> str:
        fields = (f"{key}={value!r}" for key, value in self.to_json().items())
        return f"FieldChange({', '.join(fields)})"

    def _shown(self, value: Json) -> Json:
        if value is MISSING or value is None:
            return None
        is_masked = MASK in (self.before, self.after)
        return MASK if is_masked else redacted_at(self.path, value)
