"""What a product calls when its own customers connect, ask, and leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_kit.embedded import (
    deploy,
    find_account,
    find_deployment,
    remove,
    run_export,
    run_import,
)
from connector_kit.models import Connector, Installation

ACCOUNT = "product"
CONNECTOR = "paid-orders"


def connect(customer: str, form: Mapping[str, str]) -> Installation:
    """Give *customer* the integration, with what was typed into the product's own form."""
    login = {"username": form["shop_user"], "password": form["shop_password"]}
    credentials = {
        "shop": {"http": {"baseURI": form["shop"], "auth": {"basic": login}}},
        "chat": {"http": {"baseURI": form["chat"], "auth": {"token": {"token": form["token"]}}}},
    }
    return deploy(_connector(), find_account(ACCOUNT), customer, credentials=credentials)


def paid_orders(customer: str) -> list[Any]:
    """The customer's paid orders, now."""
    return run_export(find_deployment(_connector(), customer), "new_orders")


def tell(customer: str, order: Mapping[str, Any]) -> bool:
    """Post about *order* in the customer's channel; whether that was accepted."""
    [result] = run_import(find_deployment(_connector(), customer), "post_message", [order])
    return result["statusCode"] == 200


def disconnect(customer: str) -> None:
    """Take everything of the customer's away."""
    remove(find_deployment(_connector(), customer))


def _connector() -> Connector:
    return Connector.objects.get(slug=CONNECTOR)
