"""What the shop, the ERP, and the chat hold, and how one logs in to them.

Their logins are the same in every sandbox: they protect nothing, and what is written in a
connection or a test stays true.
"""

from __future__ import annotations

from itertools import cycle, islice

from connector_kit.sandbox.applications.application import Application, Collection, Login
from connector_kit.sandbox.http.wire import Document

ITEMS = (
    ("MUG-1", "Enamel mug", 12.5),
    ("TEE-2", "T-shirt, black", 24.0),
    ("CAP-3", "Cap, one size", 18.9),
    ("BAG-4", "Canvas bag", 31.75),
)
NAMES = ("Ada", "Grace", "Linus", "Margaret", "Alan")
STATUSES = ("paid", "open", "paid", "canceled", "paid")
ORDERS = 25
"""As many as make three pages."""


def applications() -> tuple[Application, ...]:
    """Return new ones, each with what it holds in the beginning."""
    return (
        Application(
            "shop",
            "shop.example.com",
            Login.token("shop-token", header="X-Token"),
            (
                Collection("orders", _orders(), "createdAt", frozenset({"POST"}), (), _order),
                Collection("products", _items("price")),
                Collection("customers", _customers()),
            ),
        ),
        Application(
            "erp",
            "erp.example.com",
            Login.basic("erp-user", "erp-password"),
            (
                Collection("invoices", (), "createdAt", frozenset({"POST", "PUT"}), (), _invoice),
                Collection("items", _items("cost")),
            ),
        ),
        Application(
            "chat",
            "chat.example.com",
            Login.token("chat-token"),
            (Collection("messages", (), "createdAt", frozenset({"POST"}), ("text",), _message),),
        ),
    )


def _order(sent: Document, number: int) -> Document:
    """Return an order that lacks nothing: an open one in dollars, with the total of its lines."""
    lines = sent.get("lines")
    lines = lines if isinstance(lines, list) else []
    amounts = [
        line["quantity"] * line["price"]
        for line in lines
        if isinstance(line, dict)
        and isinstance(line.get("quantity"), (int, float))
        and isinstance(line.get("price"), (int, float))
    ]
    return {
        "id": str(number),
        "number": f"SO-{1000 + number}",
        "status": "open",
        "total": round(sum(amounts), 2),
        "currency": "USD",
        "email": "someone@example.com",
        **sent,
        "lines": lines,
    }


def _invoice(sent: Document, number: int) -> Document:
    return {"number": f"INV-{number}", **sent}


def _message(sent: Document, _: int) -> Document:
    return {"channel": "#general", **sent}


def _orders() -> tuple[Document, ...]:
    """One order for each hour of a day and the next, the oldest first."""
    orders = []
    for number, status in enumerate(islice(cycle(STATUSES), ORDERS), start=1):
        sku, _, price = ITEMS[number % len(ITEMS)]
        order = {
            "status": status,
            "currency": "USD" if number % 3 else "EUR",
            "email": f"{NAMES[number % len(NAMES)].lower()}@example.com",
            "createdAt": f"2026-01-{5 + number // 24:02}T{number % 24:02}:00:00.000Z",
            "lines": [{"sku": sku, "quantity": 1 + number % 3, "price": price}],
        }
        orders.append(_order(order, number))
    return tuple(orders)


def _items(price_field: str) -> tuple[Document, ...]:
    return tuple(
        {"id": str(number), "sku": sku, "name": name, price_field: price}
        for number, (sku, name, price) in enumerate(ITEMS, start=1)
    )


def _customers() -> tuple[Document, ...]:
    return tuple(
        {"id": str(number), "name": name, "email": f"{name.lower()}@example.com"}
        for number, name in enumerate(NAMES, start=1)
    )
