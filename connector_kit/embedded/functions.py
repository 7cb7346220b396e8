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
from connector_kit.models import Component, Connector, Installation


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
    connectors = (
        _of_integration(names.get("integration"))
        or _of_component(names.get("components") or [])
        or _all()
    )
    if len(connectors) > 1:
        slugs = ", ".join(sorted(connector.slug for connector in connectors))
        raise ExtensionError(
            "deployment_unknown",
            "The call does not say which integration it belongs to, and functions of several "
            f"connectors are embedded here ({slugs})."
            " Call the export or import where it is stored.",
        )
    return connectors[0].class_path if connectors else None


def _of_integration(integration_id: Any) -> list[Connector]:
    if not isinstance(integration_id, str):
        return []
    found = Installation.objects.embedded().filter(integration_id=integration_id)
    return [installation.connector for installation in found.select_related("connector")]


def _of_component(ids: list[str]) -> list[Connector]:
    if not ids:
        return []
    holding = Component.objects.filter(
        resource_id__in=ids, installation__embedded_account__isnull=False
    )
    return list(Connector.objects.filter(pk__in=holding.values("installation__connector")))


def _all() -> list[Connector]:
    embedded = Installation.objects.embedded().active()
    return list(Connector.objects.filter(pk__in=embedded.values("connector")))
