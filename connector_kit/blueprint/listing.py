"""How a connector appears in the marketplace, apart from what its release contains.

This is not part of a version: a logo, an address or a trial period can be corrected without a new
one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector_kit.blueprint.declare import Connector

TRIAL_DAYS = (14, 30, 60)
"""The trial periods that the platform knows (protocol/resources.md#connector)."""

FRAMEWORKS = (1, 2)


@dataclass(frozen=True)
class Listing:
    """What a class says of its listing. What is left empty is left as the platform has it."""

    handle: str = ""
    website_url: str = ""
    image_url: str = ""
    help_url: str = ""
    contact_email: str = ""
    """One address, or several with commas between them."""
    framework: int = 1
    iclients: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids of iClients by the type of the connections that they are offered for."""
    trial_days: int | None = None
    """How long a trial lasts; 0 offers none."""


def listing_of(connector: type[Connector]) -> Listing:
    """Return the listing that a sound *connector* declares."""
    return Listing(
        handle=connector.handle,
        website_url=connector.website_url,
        image_url=connector.image_url,
        help_url=connector.help_url,
        contact_email=connector.contact_email,
        framework=connector.framework,
        iclients={type_: tuple(ids) for type_, ids in connector.iclients.items()},
        trial_days=connector.trial_days,
    )
