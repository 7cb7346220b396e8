"""One field of a document before and after a merge, and how to say where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from connector_kit.blueprint.documents import MASK, Document, Json
from connector_kit.blueprint.identity import Identity
from connector_kit.blueprint.redaction import redacted_at
from connector_kit.blueprint.sameness import MISSING

Path = tuple[str | Identity, ...]
"""Where a value stands: keys, and the identities of list items."""

Owner = Literal["connector", "customer"]


@dataclass(frozen=True, repr=False)
class FieldChange:
    """A field that a merge changes, or that it leaves to the customer.

    *path* reads ``mapping.fields[generate=text].extract``. *before* is what is live, *after* what
    is declared; either may be `MISSING`. *settled* names who prevailed where both had changed the
    field: with ``"customer"`` it stays as it was *before*. None: nobody stood against the change.
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
        shown = (f"{key}={value!r}" for key, value in self.to_json().items())
        return f"FieldChange({', '.join(shown)})"

    def _shown(self, value: Json) -> Json:
        if value is MISSING or value is None:
            return None
        is_masked = MASK in (self.before, self.after)
        return MASK if is_masked else redacted_at(self.path, value)


def spelled(path: Path) -> str:
    """Return *path* as people read it: ``pageProcessors[new_orders].responseMapping``."""
    text = "".join(f"[{each}]" if isinstance(each, Identity) else f".{each}" for each in path)
    return text.removeprefix(".")


def is_covered(path: Path, owned: Iterable[str]) -> bool:
    """Tell whether *path* is, or stands under, one of the *owned* paths.

    These name a list as a whole (``lookups``) or one item of it (``lookups[name=regions]``).
    """
    return any(_is_under(spelled(path), each) or _is_under(_plain(path), each) for each in owned)


def _plain(path: Path) -> str:
    return ".".join(each for each in path if isinstance(each, str))


def _is_under(path: str, owner: str) -> bool:
    return path.startswith(owner) and path[len(owner) : len(owner) + 1] in {"", ".", "["}
