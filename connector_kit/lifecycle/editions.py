"""Changing the edition of an installation to the one that its license grants.

The connector's owner changes the license, the user clicks "upgrade", and the difference between the
editions is planned and applied (protocol/README.md, change of edition). Nothing else changes an
installation's edition: an update keeps the installed one.
"""

from __future__ import annotations

from typing import Any

from connector_kit.blueprint import Offer
from connector_kit.blueprint.entitlements import edition_named, of_license, opts_of
from connector_kit.documents import Document
from connector_kit.integrator.errors import IntegratorError
from connector_kit.lifecycle.children import children_to_update, follow
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.moves import move, require_settled
from connector_kit.lifecycle.platform import publisher_client
from connector_kit.lifecycle.sessions import session
from connector_kit.lifecycle.update import bring_release
from connector_kit.models import Connector, Operation

KIND = Operation.Kind.EDITION


def change_edition(connector: Connector, options: Document) -> Document:
    """Change the installation to its license's edition: ``settings/changeEdition`` of 1.0.

    Up or down, at the version that is installed. Raises `LifecycleError` ``edition_unknown`` when
    the license names one that the version does not have.
    """
    with session(connector, options, KIND, "changeEdition") as (work, account):
        require_settled(work, account)
        offer, opts = work.release.blueprint().offer, work.installation.opts
        edition = of_license(offer, opts).edition
        if edition is None:
            raise LifecycleError(
                "edition_unknown",
                f"{work.release} has no editions. Declare them in the connector's class.",
            )
        licensed = opts.get("connectorEdition")
        if licensed and offer.edition_called(licensed) is None:
            raise _unknown(str(licensed), offer)
        move(work, account, edition=edition)
        return {"success": True}


def change_edition_flat(connector: Connector, options: Document) -> None:
    """Change the installation to ``toEdition``: changeEdition of 2.0 (protocol/extension.md#6).

    The form gets the settings of the edition. A license with add-ons has them installed, too.
    Children have their parent's edition.
    """
    integration = options.get("integration")
    about = integration if isinstance(integration, dict) else {}
    call = {**options, "_integrationId": about.get("_id") or options.get("_integrationId")}
    if (opts := opts_of(options)) is not None:
        call["opts"] = opts
    with session(connector, call, KIND, "changeEdition") as (work, account):
        require_settled(work, account)
        offer = work.release.blueprint().offer
        wanted = _named(connector, offer, options.get("toEdition"))
        if options.get("fromEdition"):
            work.installation.note(edition=_named(connector, offer, options["fromEdition"]))
        move(work, account, edition=wanted)
        followed = follow(work, account, children_to_update(work, account), KIND, bring_release)
        if followed.failures:
            raise LifecycleError(followed.failures[0].code, followed.reasons)


def _named(connector: Connector, offer: Offer, edition: Any) -> str:
    """The declared edition that the platform means, if necessary by the listing's ids (U19)."""
    name = edition_named(offer, edition)
    if name is None and isinstance(edition, str):
        name = edition_named(offer, edition_on_listing(connector, edition))
    if name is None:
        word = edition.get("displayName") if isinstance(edition, dict) else edition
        raise _unknown(str(word), offer)
    return name


def edition_on_listing(connector: Connector, identity: str) -> Document | None:
    """Return the edition with that id on the marketplace listing, which only its owner may read.

    None if the listing has no such id. Raises `LifecycleError` when it cannot be read.
    """
    try:
        with publisher_client() as client:
            listing = client.connectors.get(connector.connector_id or "")
    except IntegratorError as error:
        raise LifecycleError(
            "edition_unknown",
            f"The platform identified the edition only by its id {identity}, and the marketplace "
            f"listing with its name could not be read: {error}",
        ) from error
    editions: list[Document] = (listing.get("twoDotZero") or {}).get("editions") or []
    return next((edition for edition in editions if edition.get("_id") == identity), None)


def _unknown(word: str, offer: Offer) -> LifecycleError:
    known = ", ".join(offer.ranks) or "none"
    return LifecycleError(
        "edition_unknown",
        f"The license has the edition {word!r}, but the installed version has {known}. Nothing "
        "was changed. The connector's publisher can correct the license (connectorEdition in its "
        "opts) or push a version with this edition.",
    )
