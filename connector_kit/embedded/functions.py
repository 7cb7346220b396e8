"""The functions for a call that names no connector (``diy: true``).

All embedded deployments in an account share its stack record, and calls for them say only where
they come from: their options name the integration (protocol/extension.md#51-hooks), or at least an
export, an import or a connection. That tells the deployment, and with it the connector.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_kit.extension import ExtensionError, FunctionModule
from connector_kit.extension.authors import names_in
from connector_kit.lifecycle.functions import authored
from connector_kit.models import Connector, Installation


def find_embedded(options: Any) -> FunctionModule | None:
    """The functions of the deployment that a call with *options* is about.

    None where nothing is embedded. Raises `ExtensionError` ``deployment_unknown`` for a call that
    does not say whose it is, while deployments of several connectors could be meant.
    """
    class_path = class_of_deployment(names_in(options))
    if class_path is None:
        return None
    # What the author wrote; a copy of an integration has no author.
    return authored(class_path) if class_path else FunctionModule()


def class_of_deployment(names: Mapping[str, Any]) -> str | None:
    """The class path of the deployment that a call with these *names* is about.

    See `find_embedded`; it is empty for a copy of an integration.
    """
    embedded = Installation.objects.embedded()
    meant = []
    if isinstance(integration_id := names.get("integration"), str):
        meant.append(embedded.filter(integration_id=integration_id))
    if component_ids := names.get("components"):
        meant.append(embedded.filter(components__resource_id__in=component_ids))
    connectors: list[Connector] = []
    for installations in (*meant, embedded.active()):
        connectors = list(Connector.objects.filter(pk__in=installations.values("connector")))
        if connectors:
            break
    if len(connectors) > 1:
        slugs = ", ".join(sorted(connector.slug for connector in connectors))
        raise ExtensionError(
            "deployment_unknown",
            "The call does not say which integration it belongs to, and functions of several "
            f"connectors are embedded here ({slugs})."
            " Call the export or import where it is stored.",
        )
    return connectors[0].class_path if connectors else None
