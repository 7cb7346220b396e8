"""Records per second of a flow on the local stack: two hooks, a mapping, an import.

Ten thousand records in pages of a hundred. They are counted where they arrive: none may be lost,
none may arrive twice. For comparison, the cost of the import's requests alone: the same number of
posts to the same application, as many at once, from a bare loop.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import requests

from workshop.bench.arithmetic import median_ratio
from workshop.bench.ground import Ground
from workshop.bench.orders import PAGE, RECORDS
from workshop.bench.report import Aim, Figures
from workshop.bench.served import DIY, TOKEN, running, stack_server, wait_for
from workshop.services import free_port

AT_A_TIME = 25
"""Requests of the connection that run at once (``concurrencyLevel``)."""

ROUNDS = 3

AIMS = {"flow_records_lost": Aim(at_most=0), "flow_records_twice": Aim(at_most=0)}


def measure(ground: Ground) -> Figures:
    """Run flow and bare loop in turns."""
    account = Account(ground.base_url, ground.services.sandbox.accounts[0]["token"])
    folder = ground.services.folder
    with orders_application(folder) as address, stack_server(folder, workers=1, serves=DIY) as port:
        flow = account.flow(address, f"http://127.0.0.1:{port}")
        rounds = [_round(ground, account, flow, address) for _ in range(ROUNDS)]
    moved = [round_["moved"] for round_ in rounds]
    bare = [round_["bare"] for round_ in rounds]
    return {
        "flow_records": RECORDS,
        "flow_records_per_second": median(moved),
        "flow_bare_posts_per_second": median(bare),
        "flow_to_bare": median_ratio([*zip(moved, bare, strict=True)]),
        **{
            f"flow_records_{name}": sum(int(round_[name]) for round_ in rounds)
            for name in ("failed", "lost", "twice")
        },
    }


def _round(ground: Ground, account: Account, flow: str, address: str) -> Figures:
    """Run the flow once and the bare loop once; raises RuntimeError when the flow does not end."""
    began = time.perf_counter()
    job = account.run(flow, drain=lambda: ground.control("drain", {"timeout_seconds": 50}))
    seconds = time.perf_counter() - began
    arrived = requests.get(f"{address}/taken", timeout=60).json()
    bare = asyncio.run(_posted(address))
    requests.get(f"{address}/taken", timeout=60)
    # Every record counts at the export and at the import.
    if (job["status"], job["numSuccess"]) != ("completed", 2 * RECORDS):
        raise RuntimeError(f"the flow ended as {job['status']}, {job['numSuccess']} records came")
    return {
        "moved": RECORDS / seconds,
        "bare": bare,
        "failed": job["numError"],
        "lost": RECORDS - arrived["taken"],
        "twice": arrived["twice"],
    }


class Account:
    """A customer who makes a flow and runs it."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url, self._session = base_url, requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def flow(self, application: str, stack: str) -> str:
        """Return a flow from *application* through hooks on *stack* and back; its id."""
        server = {"hostURI": stack, "systemToken": TOKEN}
        stack_id = self._create("stacks", type="server", server=server)
        http: dict[str, Any] = {"baseURI": application, "mediaType": "json"}
        http["concurrencyLevel"] = AT_A_TIME
        connection = {"_connectionId": self._create("connections", type="http", http=http)}
        path = "/orders?page={{export.http.paging.page}}"
        export = self._create(
            "exports",
            **connection,
            pageSize=PAGE,
            http={"relativeURI": path, "paging": {"method": "page", "page": 1}},
            hooks={"preSavePage": {"function": "whole_page", "_stackId": stack_id}},
        )
        lines = (("id", "number"), ("name", "title"), ("email", "to"), ("total_cents", "total"))
        item = {"extract": "line_items[*].sku", "generate": "sku"}
        import_ = self._create(
            "imports",
            **connection,
            http={"relativeURI": ["/items"], "method": ["POST"]},
            hooks={"preMap": {"function": "identity", "_stackId": stack_id}},
            mapping={
                "fields": [{"extract": extract, "generate": name} for extract, name in lines],
                "lists": [{"generate": "items", "fields": [item]}],
            },
        )
        return self._create(
            "flows",
            pageGenerators=[{"_exportId": export}],
            pageProcessors=[{"type": "import", "_importId": import_}],
        )

    def run(self, flow: str, *, drain: Any) -> Any:
        """Run a flow to its end; returns its job."""
        job = self._ask("POST", f"flows/{flow}/run")["_jobId"]
        while not drain()["drained"]:
            pass
        return self._ask("GET", f"jobs/{job}")

    def _create(self, resource: str, **document: Any) -> str:
        return str(self._ask("POST", resource, {"name": resource, **document})["_id"])

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self._session.request(method, f"{self._base_url}/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def orders_application(folder: Path) -> Iterator[str]:
    """Run the application with the orders; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "workshop.bench.orders", str(port)]
    with running(command, folder / "orders.log", {}):
        wait_for(port)
        yield f"http://127.0.0.1:{port}"


async def _posted(address: str) -> float:
    """Post as many items as the flow does, and as it does; returns how many a second."""
    left = iter(range(RECORDS))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def post() -> None:
            for number in left:
                async with session.post(f"{address}/items", json={"number": number}) as answer:
                    await answer.read()

        began = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(AT_A_TIME)))
        return RECORDS / (time.perf_counter() - began)
