"""What an installation is entitled to and how it is configured, and its version of a release."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connector_kit.blueprint import Blueprint, Offer, Situation, tailored
from connector_kit.blueprint.entitlements import of_license, of_page
from connector_kit.blueprint.settings import Carried, carried
from connector_kit.blueprint.settings.reading import changed_values
from connector_kit.blueprint.stores import FIRST_STORE
from connector_kit.documents import Document
from connector_kit.models import Installation, Release
from connector_kit.models.sealing import KeyLost, holds_sealed
from connector_kit.storable import EDITION, cut

logger = logging.getLogger(__name__)

AVAILABLE = "available"
BEGUN = "partiallyInstalled"
INSTALLED = "installed"
LEAVING = "paritallyUninstalled"
"""What an add-on is, in the platform's spelling (protocol/settings-forms.md 3.4)."""


def situation_of(installation: Installation, blueprint: Blueprint) -> Situation:
    """The situation that is on record for *installation*, as far as *blueprint* knows of it.

    Without an edition on record it is the license's. What has begun counts as done, and what is
    being removed as gone: the next operation completes it. A child has its parent's edition.
    """
    offer = blueprint.offer
    return Situation(
        edition=_edition(installation.parent or installation, offer),
        add_ons=_add_ons(installation, blueprint),
        stores=_stores(installation) if blueprint.stores is not None else (),
        settings=settings_for(installation, blueprint).settings,
        opening=installation.opening if blueprint.stores is not None else "",
        is_child=installation.parent_id is not None,
        is_deployed=installation.embedded_account_id is not None,
    )


def settings_for(installation: Installation, blueprint: Blueprint) -> Carried:
    """The settings of *installation* as *blueprint* has them, carried over to its version.

    On record they are those of the version that is installed. Raises `KeyLost` when secrets among
    them cannot be read.
    """
    settings, release = installation.settings, installation.release
    if release is None and settings and installation.version:
        release = installation.connector.releases.filter(version=installation.version).first()
    if holds_sealed([settings, installation.retired_settings]):
        raise KeyLost(f"Secret settings of the installation {installation.integration_id}")
    if release is None or release.version == blueprint.version:
        return Carried(settings, installation.retired_settings)
    stores = None if blueprint.stores is None else _stores(installation)
    return carried(
        release.blueprint().schema,
        blueprint.schema,
        settings,
        version=blueprint.version,
        stores=stores,
        retired=installation.retired_settings,
    )


def recall_settings(installation: Installation, integration: Document) -> None:
    """Record what the customer has set, from the page of the *integration*, if records lack it.

    They are lost, or the platform saves settings through a script instead of the kit. The page also
    has the saved values; those that differ from the defaults were set.
    """
    release, recorded = installation.release, installation.settings
    if integration.get("mode") != "settings" or (release is None and recorded):
        return
    if release is None:
        version = str(integration.get("version") or "")
        release = installation.connector.releases.filter(version=version).first()
    elif not _saves_on_script(release.blueprint()):
        return
    if release is None or not (schema := release.blueprint().schema):
        return
    stores = None if release.blueprint().stores is None else _stores(installation)
    of_flows = {setting.name for setting in schema.settings if setting.flow}
    settings = {name: value for name, value in recorded.items() if name in of_flows}
    settings |= changed_values(schema, integration.get("settings"), stores)
    if settings != recorded:
        installation.note(settings=settings, version=release.version)


def _saves_on_script(blueprint: Blueprint) -> bool:
    function = blueprint.integration.document.get("preSave")
    return isinstance(function, dict) and "_scriptId" in function


def situation_on_page(installation: Installation, blueprint: Blueprint, page: Any) -> Situation:
    """The situation that *page*, which is written last, shows as complete."""
    recorded, shown = situation_of(installation, blueprint), _shown(blueprint.offer, page)
    return replace(recorded, **shown)


def blueprint_for(installation: Installation, release: Release) -> Blueprint:
    """What *release* declares for *installation*."""
    blueprint = release.blueprint()
    return tailored(blueprint, situation_of(installation, blueprint))


def recall(installation: Installation, blueprint: Blueprint, integration: Document) -> None:
    """Record what is missing: from the page of the account's *integration*, else the license.

    The page counts once the installation is complete: in 2.0 it begins as a copy of the source's.
    From then on, what is installed counts, and no longer what is licensed.
    """
    offer = blueprint.offer
    is_complete = integration.get("mode") != "install"
    shown = _shown(offer, integration.get("settings")) if is_complete else {}
    lacking: dict[str, Any] = {}
    is_child = installation.parent_id is not None
    if offer.editions and installation.edition not in offer.ranks and not is_child:
        lacking["edition"] = shown.get("edition") or _edition(installation, offer)
        if unknown := of_license(offer, installation.opts).unknown:
            logger.warning(
                "the license of %s names what its version does not have: %s",
                installation.integration_id,
                ", ".join(unknown),
            )
    if offer.add_ons and not installation.add_ons and shown.get("add_ons"):
        lacking["add_ons"] = {
            add_on: {"status": INSTALLED, "installedOn": None}
            for add_on in sorted(shown["add_ons"])
        }
    if not installation.stores and (shown.get("stores") or shown.get("opening")):
        lacking |= {"stores": list(shown["stores"]), "opening": shown["opening"]}
    if lacking:
        installation.note(**lacking)


def note_license(installation: Installation, options: Document) -> None:
    """Record the license's opts, which the platform sends with every call (protocol U6).

    What the user's browser sends along (``licenseOpts``) grants nothing.
    """
    if (opts := license_in(options, installation)) != installation.opts:
        installation.note(opts=opts)


def license_in(options: Document, installation: Installation) -> Document:
    """The license's opts as the call with these *options* has them, else as they are on record.

    Their edition is text of limited length: installations are looked up by it.
    """
    sent = options.get("opts")
    opts: Document = sent if isinstance(sent, dict) else installation.opts
    edition = opts.get("connectorEdition")
    if edition is None or (isinstance(edition, str) and len(edition) <= EDITION):
        return opts
    return {**opts, "connectorEdition": cut(str(edition), EDITION)}


def text_option(options: Document, name: str) -> str:
    """The text that a request's body holds as *name*: beside the token or within opts (U7)."""
    opts = options.get("opts")
    value = options.get(name) or (opts.get(name) if isinstance(opts, Mapping) else None)
    return value if isinstance(value, str) else ""


def _edition(installation: Installation, offer: Offer) -> str | None:
    if installation.edition in offer.ranks:
        return installation.edition
    return of_license(offer, installation.opts).edition


def _add_ons(installation: Installation, blueprint: Blueprint) -> frozenset[str]:
    """The add-ons on record; in 2.0, whose pages install none, those of the license."""
    if not blueprint.offer.add_ons:
        return frozenset()
    if blueprint.schema.framework == 2:
        return of_license(blueprint.offer, installation.opts).add_ons
    held = installation.add_ons.items()
    return frozenset(key for key, item in held if item["status"] != LEAVING)


def _stores(installation: Installation) -> tuple[str, ...]:
    return tuple(installation.stores) or (FIRST_STORE,)


def _shown(offer: Offer, page: Any) -> dict[str, Any]:
    """What *page* tells of a situation, by the names that `Situation` has for it."""
    settings: Mapping[str, Any] = page if isinstance(page, Mapping) else {}
    installed = of_page(offer, settings)
    shown: dict[str, Any] = {}
    if edition := offer.edition_called(settings.get("connectorEdition")):
        shown["edition"] = edition
    if offer.add_ons and isinstance(settings.get("addOns"), list):
        shown["add_ons"] = installed.held
    if offer.stores is not None and installed.stores:
        shown["stores"] = installed.stores
        shown["opening"] = str(settings.get("defaultSectionId") or "")
    return shown
