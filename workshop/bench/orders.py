"""An application with orders to give and a place for items: ``python -m workshop.bench.orders``.

It is a separate process, so that its cost does not count in the measurement.
"""

from __future__ import annotations

import sys

from aiohttp import web

PAGE, RECORDS = 100, 10_000


class Orders:
    """Gives orders in pages, and counts the items that are posted, each by its number."""

    def __init__(self) -> None:
        self._taken: list[int] = []

    async def give(self, request: web.Request) -> web.Response:
        """GET /orders?page=1: the orders of a page; none after the last."""
        first = (int(request.query["page"]) - 1) * PAGE
        return web.json_response(
            [_order(number) for number in range(first, min(first + PAGE, RECORDS))]
        )

    async def take(self, request: web.Request) -> web.Response:
        """POST /items."""
        item = await request.json()
        self._taken.append(item["number"])
        return web.json_response({"id": item["number"]})

    async def count(self, _: web.Request) -> web.Response:
        """GET /taken: how many arrived since the last request, and how many of them twice."""
        told = {"taken": len(set(self._taken)), "twice": len(self._taken) - len(set(self._taken))}
        self._taken.clear()
        return web.json_response(told)


def main(port: int) -> None:
    """Serve until the process is ended."""
    orders, app = Orders(), web.Application()
    app.add_routes(
        [
            web.get("/orders", orders.give),
            web.post("/items", orders.take),
            web.get("/taken", orders.count),
        ]
    )
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None, backlog=1024)


def _order(number: int) -> dict[str, object]:
    return {
        "id": number,
        "name": f"#{number:06d}",
        "email": f"customer-{number}@example.com",
        "financial_status": "paid",
        "total_cents": number * 100,
        "line_items": [{"sku": f"SKU-{number}-{line}", "quantity": line} for line in range(1, 5)],
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
