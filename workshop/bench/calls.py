"""Function calls per second: ours, the bare limit, and the Node runtime where there is one.

A preMap that keeps every record, over pages of four sizes; the same load generator calls all
servers in turn. Set NODE_STACK_URL, and NODE_STACK_TOKEN, to a running stack of the Node runtime
that serves the hook ``identity`` of the connector 64a1f0c2b3d4e5f6071828ff.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import orjson

from workshop.bench.load import Load, put_under_load, request
from workshop.bench.report import Aim, Figures, merged
from workshop.bench.served import CONNECTOR_ID, FUNCTION, TOKEN, bare_server, stack_server

SIZES = {1: 16, 200: 16, 3_000: 8, 10_000: 4}
"""Records of a page, and the connections that send it."""

SECONDS, ROUNDS = 1.0, 3

AIMS = {
    **{f"calls_{size}_records_to_bare": Aim(at_least=0.7) for size in SIZES if size > 1},
    "calls_1_records_to_node": Aim(at_least=5),
    **{f"calls_{size}_records_to_node": Aim(at_least=3) for size in SIZES if size > 1},
}

Server = Callable[[bytes, int], Load]


def measure(folder: Path) -> Figures:
    """Ask all servers in turns, page size by page size; the median of the rounds counts."""
    with ExitStack() as stack:
        servers = dict(_servers(folder, stack))
        return merged(*(_measured(servers, size) for size in SIZES))


def _servers(folder: Path, stack: ExitStack) -> Iterator[tuple[str, Server]]:
    enter = stack.enter_context
    yield "bare", _at(enter(bare_server(folder, workers=2)))
    yield "stack", _at(enter(stack_server(folder, workers=2)))
    yield "one_worker", _at(enter(stack_server(folder, workers=1)))
    yield "not_isolated", _at(enter(stack_server(folder, workers=2, isolated=False)))
    if node := os.environ.get("NODE_STACK_URL"):
        yield "node", _at(urlsplit(node).port or 80, os.environ.get("NODE_STACK_TOKEN", TOKEN))


def _at(port: int, token: str = TOKEN) -> Server:
    def ask(body: bytes, connections: int) -> Load:
        sent = request("/function", f"127.0.0.1:{port}", body, token)
        return put_under_load(port, sent, connections=connections, seconds=SECONDS)

    return ask


def _measured(servers: dict[str, Server], size: int) -> Figures:
    body, connections = _page(size), SIZES[size]
    rounds = [
        {name: ask(body, connections) for name, ask in servers.items()} for _ in range(ROUNDS)
    ]
    name = f"calls_{size}_records"
    figures: dict[str, float] = {
        f"{name}_{server}_per_second": median(round_[server].calls for round_ in rounds)
        for server in servers
    }
    for other in ("bare", "node"):
        if other in servers:
            ratios = [round_["stack"].calls / round_[other].calls for round_ in rounds]
            figures[f"{name}_to_{other}"] = median(ratios)
    figures[f"{name}_refused"] = sum(load.refused for round_ in rounds for load in round_.values())
    return figures


def _page(size: int) -> bytes:
    """Return a call with *size* orders of some 380 bytes each."""
    options = {"bearerToken": "one-time-token", "_importId": "64a1", "data": _orders(size)}
    call = {"_connectorId": CONNECTOR_ID, "type": "hook", "function": FUNCTION, "options": options}
    return orjson.dumps(call)


def _orders(size: int) -> list[dict[str, object]]:
    return [
        {
            "id": number,
            "name": f"#{number:06d}",
            "email": f"customer-{number}@example.com",
            "financial_status": "paid",
            "note": "Leave it at the door, please. " * 2,
            "line_items": [
                {"sku": f"SKU-{number}-{line}", "quantity": line, "price_cents": 1999}
                for line in range(1, 5)
            ],
        }
        for number in range(size)
    ]
