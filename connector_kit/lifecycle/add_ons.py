"""Add-ons of framework 1.0: what is licensed and installed, installing, and removing.

protocol/settings-forms.md 3.4. In a multi-store installation, an add-on is installed store by store
and recorded as ``payouts-s2``.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from connector_kit.blueprint import Offer
from connector_kit.blueprint.entitlements import of_license
from connector_kit.blueprint.stores import per_store, store_of, without_store
from connector_kit.documents import Document
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.moves import move, require_settled
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.sessions import recorded, session
from connector_kit.lifecycle.situations import (
    AVAILABLE,
    BEGUN,
    INSTALLED,
    LEAVING,
    license_in,
    situation_of,
    text_option,
)
from connector_kit.models import Connector, Installation, Operation, Release

KIND = Operation.Kind.ADD_ON
INSTALL, UNINSTALL = "installAddOn", "uninstallAddOn"


def license_metadata(connector: Connector, options: Document) -> Document:
    """All add-ons, with the status of those that are licensed or installed.

    Reads only the records and the license, since the pages ask on every load. The license's owner
    is not proven yet, so the license counts for this answer and is not recorded.
    """
    installation = recorded(connector, options)
    installation.opts = license_in(options, installation)
    release = installation.release or Release.objects.newest(connector)
    offer = release.blueprint().offer if release else Offer()
    return {
        "addOns": {
            "addOnMetaData": [
                {
                    "id": add_on.name,
                    "name": add_on.display_name,
                    "description": add_on.description,
                    "installerFunction": INSTALL,
                    "uninstallerFunction": UNINSTALL,
                }
                for add_on in offer.add_ons
            ],
            "addOnLicenses": list(_standings(installation, release)) if release else [],
        }
    }


def install_add_on(connector: Connector, options: Document) -> Document:
    """Create the components of the add-on in *options*, for their store if there are several.

    Raises `LifecycleError` ``add_on_unknown``, ``store_unknown`` or ``add_on_not_licensed``.
    """
    with session(connector, options, KIND, INSTALL) as (work, account):
        require_settled(work, account)
        key = _key(work, options)
        held = work.installation.add_ons
        if key not in work.situation.add_ons:
            offer, name = work.release.blueprint().offer, without_store(key)
            entitled = of_license(offer, work.installation.opts)
            if not entitled.grants_add_on(name, store_of(key)):
                raise LifecycleError(
                    "add_on_not_licensed",
                    f"The license does not include the add-on {name!r}. Its publisher can add it "
                    'to the license: opts.addonLicenses, type "addon".',
                )
        entry = held.get(key) or {"installedOn": None}
        if entry.get("status") != INSTALLED:
            entry = {"status": BEGUN, "installedOn": timezone.now().isoformat()}
        move(work, account, add_ons={**held, key: entry})
        return {"success": True, "stepsToUpdate": []}


def uninstall_add_on(connector: Connector, options: Document) -> Document:
    """Remove the components of the add-on that *options* name; the license does not matter."""
    with session(connector, options, KIND, UNINSTALL) as (work, account):
        require_settled(work, account)
        key = _key(work, options)
        held = work.installation.add_ons
        leaving = {key: {**held[key], "status": LEAVING}} if key in held else {}
        move(work, account, add_ons={**held, **leaving})
        return {"success": True, "stepsToUpdate": []}


def _standings(installation: Installation, release: Release) -> Iterator[Document]:
    """One entry for every add-on, in every store, that is licensed or installed."""
    blueprint = release.blueprint()
    entitled = of_license(blueprint.offer, installation.opts)
    stores = situation_of(installation, blueprint).stores or ("",)
    for add_on in blueprint.add_ons:
        for store in stores:
            key = per_store(add_on.name, store) if store else add_on.name
            held = installation.add_ons.get(key)
            if held or entitled.grants_add_on(add_on.name, store):
                yield {
                    "id": add_on.name,
                    "status": held["status"] if held else AVAILABLE,
                    **({"storeId": store} if store else {}),
                    "installedOn": held["installedOn"] if held else None,
                }


def _key(work: Work, options: Document) -> str:
    """The recorded name of the add-on in the store that *options* name."""
    blueprint = work.release.blueprint()
    name, store = text_option(options, "addOnId"), text_option(options, "storeId")
    if not blueprint.offer.has_add_on(name):
        known = ", ".join(add_on.name for add_on in blueprint.add_ons) or "none"
        raise LifecycleError(
            "add_on_unknown", f"The installed version has no add-on {name!r}; it has {known}."
        )
    if blueprint.stores is None:
        return name
    stores = work.situation.stores
    if store not in stores:
        raise LifecycleError(
            "store_unknown",
            f"The installation has no store {store!r}; it has {', '.join(stores)}. Choose one of "
            "them on the settings page.",
        )
    return per_store(name, store)
