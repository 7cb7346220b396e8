"""The end of an installation: everything of it goes, its license is free again (U17, U18)."""

from __future__ import annotations

from connector_kit.sandbox.apps.installation import Installation
from connector_kit.sandbox.documents import writing


def remove(installation: Installation) -> None:
    """Delete an integration with its children and tagged documents; nothing can be restored."""
    call, integration = installation.call, installation.record()
    for child in installation.children():
        remove(Installation(call, child, installation.connector))
    for each in call.store.members(integration):
        if each.connector_id == integration.connector_id:
            writing.remove(call, each, for_good=True)
    writing.remove(call, integration, for_good=True)
    license_ = call.platform.licenses.of_installation(integration.id)
    if license_:
        call.platform.licenses.free(license_)
        call.store.changes += 1
