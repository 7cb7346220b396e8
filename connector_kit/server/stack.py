"""The functions that this server answers with: those of the connectors in its database."""

import os

import django
from django.apps import apps
from django.conf import settings
from django.db import close_old_connections

from connector_kit.conf import kit, read
from connector_kit.extension import FunctionModule, Registry
from connector_kit.extension.isolation import Limits
from connector_kit.extension.remember import Remembering


def registry() -> Registry:
    """Return the registry of the published connectors; makes Django ready where it is not yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector_kit.server.settings")
    if not apps.ready:
        django.setup()
    # Their models need Django ready.
    from connector_kit.embedded.functions import find_embedded  # noqa: PLC0415
    from connector_kit.lifecycle import find_module  # noqa: PLC0415

    remembering = Remembering(find_module)

    def find(connector_id: str) -> FunctionModule | None:
        # A function process lives outside of Django's requests, which would do this.
        close_old_connections()
        return remembering(connector_id)

    def find_by_options(options: object) -> FunctionModule | None:
        close_old_connections()
        return find_embedded(options)

    # Read without complaint: the checks, and the server's start, complain about what is wrong.
    readable, _ = read(settings.CONNECTOR_KIT)
    return Registry(connectors=find, embedded=find_by_options, contracts=readable.contracts)


def limits() -> Limits:
    """Return what function calls may take, as the settings say."""
    in_force = kit()
    return Limits(
        calls=in_force.calls,
        patience=in_force.call_patience_seconds,
        seconds=in_force.call_seconds,
        memory_mb=in_force.call_memory_mb,
    )
