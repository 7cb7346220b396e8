"""An integration as it was found: in a folder, in a zip file, or in an account."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector_kit.blueprint.resources import resource_type
from connector_kit.documents import Document
from connector_kit.errors import ConnectorKitError


class AdoptionError(ConnectorKitError):
    """An integration cannot be adopted; the message names the file or document, and the way out."""


@dataclass(frozen=True)
class Found:
    """One document as the platform holds it; *place* is the file or the address it came from.

    *resource* is the path word (``exports``). *id* is empty when no other document can refer to
    this one. *data* has the rows of a lookup cache that belong to its copies.
    """

    resource: str
    id: str
    document: Document
    place: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Neighbor:
    """A document of the same account that is no part of the integration.

    *integration* is the name, or else the id, of the one that it belongs to; empty without one.
    """

    resource: str
    name: str
    integration: str = ""

    def __str__(self) -> str:
        """Return what people call it: ``the flow 'Nightly' of the integration 'Finance'``."""
        home = f" of the integration {self.integration!r}" if self.integration else ""
        return f"the {resource_type(self.resource).noun} {self.name!r}{home}"


@dataclass(frozen=True)
class Download:
    """An integration and everything that belongs to it; *ignored* lists unrecognized files.

    *place* is where the integration's own document was. *neighbors* are known by id, as far as
    they have been seen.
    """

    integration: Document
    found: tuple[Found, ...]
    ignored: tuple[str, ...] = ()
    place: str = "integration.json"
    neighbors: Mapping[str, Neighbor] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The integration's name, empty when it has none."""
        return str(self.integration.get("name") or "").strip()
