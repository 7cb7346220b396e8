"""The update function of framework 2.0: translates the call into that of 1.0.

The integration comes whole, as ``resource``, and its license names the edition by an id
(protocol/extension.md#6-framework-20-functions-flat-no-type).
"""

from __future__ import annotations

from connector_kit.documents import Document
from connector_kit.lifecycle.editions import edition_on_listing
from connector_kit.lifecycle.sessions import recorded
from connector_kit.lifecycle.update import update
from connector_kit.models import Connector


def update_flat(connector: Connector, options: Document) -> None:
    """Update the installation ``resource`` to its target, as `update` does."""
    resource = options.get("resource")
    identity = resource.get("_id") if isinstance(resource, dict) else None
    call = {**options, "_integrationId": identity or options.get("_integrationId")}
    update(connector, {**call, "opts": _opts(connector, call)})


def _opts(connector: Connector, call: Document) -> Document:
    """The license's opts, with the edition's name in them.

    Only the listing has the edition's name. It is looked up for an installation without a recorded
    edition; for others, the installed edition counts.
    """
    license_ = call.get("license")
    granted: Document = license_ if isinstance(license_, dict) else {}
    stated = granted.get("opts")
    opts: Document = stated if isinstance(stated, dict) else {}
    identity = granted.get("_editionId")
    if not isinstance(identity, str) or recorded(connector, call).edition:
        return opts
    edition = edition_on_listing(connector, identity)
    return {**opts, "connectorEdition": edition["displayName"]} if edition else opts
