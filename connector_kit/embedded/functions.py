"""Whose functions a call means that names no connector (``diy: true``).

All embedded deployments in an account share its stack record, and calls for them say only where
they come from: their options name the integration (protocol/extension.md#51-hooks), or at least an
export, an import or a connection. That tells the deployment, and with it the connector.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector_kit.extension import ExtensionError, FunctionModule
from connector_kit.lifecycle.functions import authored
from connector_kit.models import Component, Connector, Installation

_NAMED_BY = ("_exportId", "_importId", "_flowId", "_connectionId")


def find_embedded(options: Any) -> FunctionModule | None:
    """The functions of the deployment that a call with *options* is about.

    None where nothing is embedded. Raises `ExtensionError` ``deployment_unknown`` for a call that
    does not say whose it is, while deployments of several connectors could be meant.
    """
    given = options if isinstance(options, Mapping) else {}
    connectors = _of_integration(given) or _of_component(given) or _all()
    if len(connectors) > 1:
        raise ExtensionError(
            "deployment_unknown",
            "The call does not say which integration it belongs to, and functions of several "
            f"connectors are embedded here ({', '.join(sorted(each.slug for each in connectors))})."
            " Call the export or import where it is stored.",
        )
    return _functions(connectors[0]) if connectors else None


def _functions(connector: Connector) -> FunctionModule:
    """What the author wrote; a copy of an integration has no author."""
    return authored(connector.class_path) if connector.class_path else FunctionModule()


def _of_integration(options: Mapping[str, Any]) -> list[Connector]:
    integration_id = options.get("_integrationId")
    if not isinstance(integration_id, str):
        return []
    found = Installation.objects.embedded().filter(integration_id=integration_id)
    return [each.connector for each in found.select_related("connector")]


def _of_component(options: Mapping[str, Any]) -> list[Connector]:
    ids = [*_ids(options)]
    if not ids:
        return []
    holding = Component.objects.filter(
        resource_id__in=ids, installation__embedded_account__isnull=False
    )
    return list(Connector.objects.filter(pk__in=holding.values("installation__connector")))


def _ids(options: Mapping[str, Any]) -> Iterator[str]:
    connection = options.get("connection")
    found = [options.get(each) for each in _NAMED_BY]
    if isinstance(connection, Mapping):
        found.append(connection.get("_id"))
    yield from (each for each in found if isinstance(each, str) and each)


def _all() -> list[Connector]:
    embedded = Installation.objects.embedded().active()
    return list(Connector.objects.filter(pk__in=embedded.values("connector")))
