"""Installations as they are on record, with settings documents that anybody may have written."""

from typing import Any

from connector_kit.blueprint import INTEGRATION, CompiledComponent
from connector_kit.documents import ref
from connector_kit.models import Component, Connector, Document, Installation

GENERAL = {"fields": [{"name": "currency", "label": "Currency", "value": "EUR", "required": True}]}

ORDERS = {
    "title": "Orders",
    "description": "What happens to orders",
    "fields": [
        {
            "name": "send_to",
            "label": "Send to",
            "type": "select",
            "value": "channel",
            "options": [["channel", "A channel"], ["person", "A person"]],
            "dependencies": {
                "channel": {"fields": [{"name": "channel", "hidden": False, "required": True}]},
                "person": {"fields": [{"name": "person", "hidden": False, "required": True}]},
            },
        },
        {"name": "channel", "label": "Channel", "value": "#orders"},
        {"name": "person", "label": "Person", "value": ""},
    ],
    "flows": [{"_id": ref("orders"), "showSchedule": True, "settings": [{"name": "note"}]}],
}

DOCUMENT = {"general": GENERAL, "sections": [ORDERS, {"title": "Refunds", "flows": []}]}

FLOW = CompiledComponent(
    "orders",
    "flows",
    {"name": "Orders to chat", "disabled": False, "schedule": "? 0 2 ? * *"},
)


def installation_with(settings: Any, number: int = 1) -> Installation:
    """An installation whose settings document is *settings*, on record and nowhere else."""
    connector, _ = Connector.objects.get_or_create(
        slug="shop-to-chat", defaults={"name": "Shop to chat", "connector_id": "c" * 24}
    )
    installation = Installation.objects.create(
        connector=connector,
        integration_id=f"{number:024x}",
        name=f"Installation {number}",
        email="buyer@example.com",
        mode="settings",
        version="1.0.0",
    )
    page = CompiledComponent(INTEGRATION, "integrations", {"settings": settings})
    Document.objects.remember([page, FLOW])
    Component.objects.bulk_create(
        Component(
            installation=installation,
            external_id=component.external_id,
            resource=component.resource,
            resource_id=f"{index:024x}",
            applied_id=component.digest,
        )
        for index, component in enumerate((page, FLOW), start=number * 100)
    )
    return installation
