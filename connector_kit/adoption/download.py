"""An integration as it was found: in a folder, in a zip file, or in an account."""

from dataclasses import dataclass

from connector_kit.documents import Document
from connector_kit.errors import ConnectorKitError


class AdoptionError(ConnectorKitError):
    """An integration cannot be adopted; the message names the file or document, and the way out."""


@dataclass(frozen=True)
class Found:
    """One document as the platform holds it; *place* is the file or the address it came from.

    *resource* is the path word (``exports``). *id* is empty when no other document can refer to
    this one.
    """

    resource: str
    id: str
    document: Document
    place: str


@dataclass(frozen=True)
class Download:
    """An integration and everything that belongs to it; *ignored* lists unrecognized files.

    *place* is where the integration's own document was.
    """

    integration: Document
    found: tuple[Found, ...]
    ignored: tuple[str, ...] = ()
    place: str = "integration.json"

    @property
    def name(self) -> str:
        """The integration's name, empty when it has none."""
        return str(self.integration.get("name") or "").strip()
