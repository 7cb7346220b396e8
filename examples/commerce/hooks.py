"""Functions that the platform calls on the connector's stack."""

from typing import Any

from connector_kit import hook

Options = dict[str, Any]


@hook.pre_save_page
def keep_paid(options: Options) -> Options:
    """Keep the orders whose financial status is the configured one."""
    wanted = options["configuration"]["status"]
    kept = [order for order in options["data"] if order.get("financial_status") == wanted]
    return {"data": kept, "errors": options["errors"], "abort": False}


@hook.pre_map
def add_totals(options: Options) -> list[Options]:
    """Add up each order's lines; an order without lines is ignored."""
    return [_with_total(order) for order in options["data"]]


def _with_total(order: Options) -> Options:
    lines = order.get("line_items", [])
    if not lines:
        return {}
    total = sum(line["quantity"] * line["price_cents"] for line in lines)
    return {"data": {**order, "total_cents": total}}
